#pragma once

#include "earshot/net/server_hooks.hpp"

#include "conversation.hpp"
#include "deliveries.hpp"
#include "directory.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace earshot::net {

class Peer;

/// The conversations of a thread, and the ways to those of others. Sockets of the same thread talk to a conversation by
/// calls; others by posting values, which come in the order in which they were posted. What is told to all is posted
/// once to each thread, however many of its sockets take part. One thread, inside Shard::turn.
class ConversationHub {
public:
    explicit ConversationHub(Shard& shard) : shard_(shard) {}

    // What a socket of this thread does.
    void join(Peer& peer, std::unique_ptr<proto::StartRequest> request);
    void subscribe(Peer& peer, const session::Subscription& subscription);
    void watch(Peer& peer);
    void speak(Peer& peer, session::Speak& speak);
    void modify(Peer& peer, proto::ModifyRequest request);
    void refresh(Peer& peer);
    void stop(Peer& peer);
    void leave(Peer& peer);

    /// The socket takes part no more, and its conversation knows.
    void detach(Peer& peer);

    /// The stored trackers of an account are others now.
    void on_stored(const std::string& account);

    /// What is new in a conversation of any thread, for those of this one that watch its account.
    void tell_watchers(const std::string& account, const session::News& news);

    /// Lets conversations know the time.
    void on_sweep();

    /// Forgets all conversations: the thread is at its end.
    void clear() noexcept { conversations_.clear(); }

    /// Lets conversations know that nobody is coming back.
    void shut_down();

    void add_traffic(Traffic& traffic);

    /// What a conversation of another thread has told sockets of this one.
    void take_deliveries(std::uint64_t number, const std::vector<Delivery>& deliveries);

    std::size_t size() const noexcept { return conversations_.size(); }

private:
    // What a socket of another thread does.
    void join_from(Shard& from, session::SocketId socket, std::uint64_t number,
                   std::unique_ptr<proto::StartRequest> request);
    void subscribe_from(Shard& from, session::SocketId socket, std::uint64_t number,
                        const session::Subscription& subscription);

    void leave_from(session::SocketId socket, std::uint64_t number);
    template <typename Again>
    static void send_back(Shard& from, session::SocketId socket, std::uint64_t number, Again again);

    Conversation* find(std::uint64_t number) noexcept;
    void attach(Peer& peer, const ConversationPlace& place);
    void settle_place(Peer& peer);
    void hand_over(Conversation& conversation, const Directory::Waiting& subscriber);

    /// Gives `input` to the conversation's machine and does what follows. It may be over afterwards.
    template <typename Input>
    void tell(Conversation& conversation, const Input& input);

    /// The same for a conversation wherever it lives.
    template <typename Input>
    void tell(Peer& peer, Input input);

    /// Has `act` called with the hub of the peer's conversation, which lives on another thread.
    template <typename Act>
    static void post_home(Peer& peer, Act act);

    /// The same for one of this thread by its number, if it still is.
    template <typename Input>
    void tell(std::uint64_t number, const Input& input);

    void perform(Conversation& conversation);
    void perform(Conversation& conversation, session::ConversationAction&& action);
    void compile(Conversation& conversation, session::Compile&& request);
    bool is_prepared(const std::shared_ptr<const detect::TrackerList>& list) const;
    void prepare(const Conversation& conversation, const std::shared_ptr<const detect::TrackerList>& list);
    void score(Conversation& conversation, session::Score&& request);
    void keep(const Conversation& conversation, detect::ConversationChange& change);
    void notify(Conversation& conversation, const std::shared_ptr<const session::News>& news);
    void tell_of_those_that_go_on(const std::string& account, Shard& to, session::SocketId socket);
    void broadcast(const Conversation& conversation, const session::Broadcast& broadcast);
    void deliver(const Conversation& conversation, session::SocketId socket, session::ConversationAction action);

    Shard& shard_;
    std::unordered_map<std::uint64_t, std::unique_ptr<Conversation>> conversations_;
    Guests guests_;
    std::unordered_map<std::string, std::vector<Peer*>> watchers_;  // of this thread, by account
    Deliveries deliveries_;                                         // of the input that is being dealt with
    std::vector<session::ConversationAction> actions_;              // scratch
    std::vector<std::uint64_t> due_;                                // scratch
};

}  // namespace earshot::net
