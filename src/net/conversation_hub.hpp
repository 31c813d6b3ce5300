#pragma once

#include "earshot/net/server_hooks.hpp"
#include "earshot/session/conversation_machine.hpp"

#include "directory.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace earshot::net {

class Publisher;

/// A conversation on its home thread, with the sockets that take part.
class Conversation {
public:
    struct Member {
        session::SocketId socket = 0;
        Shard* shard = nullptr;
        Publisher* local = nullptr;  ///< the socket, if it is on this thread
    };

    Conversation(std::string key_of_it, std::uint64_t number_of_it, session::ConversationMachine machine_of_it)
        : key(std::move(key_of_it)), number(number_of_it), machine(std::move(machine_of_it)) {}

    const std::string key;
    const std::uint64_t number;
    session::ConversationMachine machine;
    std::vector<Member> members;
    session::ConversationCounters told;  ///< what was counted already
};

/// The conversations of a thread, and the ways to those of others. Sockets of the same thread talk to a conversation by
/// calls; others by posting values, which come in the order in which they were posted. One thread, inside Shard::turn.
class ConversationHub {
public:
    explicit ConversationHub(Shard& shard) : shard_(shard) {}

    // What a socket of this thread does.
    void join(Publisher& publisher, std::unique_ptr<proto::StartRequest> request);
    void speak(Publisher& publisher, session::Speak& speak);
    void modify(Publisher& publisher, const proto::ModifyRequest& request);
    void stop(Publisher& publisher);
    void leave(Publisher& publisher);

    /// Lets conversations know the time.
    void on_sweep();

    void add_traffic(Traffic& traffic);
    std::size_t size() const noexcept { return conversations_.size(); }

private:
    // What a socket of another thread does.
    void join_from(Shard& from, session::SocketId socket, std::uint64_t number,
                   std::unique_ptr<proto::StartRequest> request);

    Conversation* find(std::uint64_t number) noexcept;
    void settle_place(Publisher& publisher);
    void remove_member(Conversation& conversation, session::SocketId socket) noexcept;

    /// Gives `input` to the conversation's machine and does what follows. It may be over afterwards.
    template <typename Input>
    void tell(Conversation& conversation, const Input& input);

    /// The same for a conversation wherever it lives.
    template <typename Input>
    void tell(const Publisher& publisher, Input input);

    void perform(Conversation& conversation);
    void perform(Conversation& conversation, session::ConversationAction&& action);
    void compile(Conversation& conversation, session::Compile&& request);
    void score(Conversation& conversation, session::Score&& request);
    void deliver(Conversation& conversation, session::SocketId socket, const session::ConversationAction& action);
    void deliver(const Conversation::Member& member, const session::ConversationAction& action);
    void post_deliveries();
    void add_traffic(Conversation& conversation, Traffic& traffic);

    struct Delivery {
        session::SocketId socket;
        session::ConversationAction action;
    };

    Shard& shard_;
    std::unordered_map<std::uint64_t, std::unique_ptr<Conversation>> conversations_;
    std::vector<session::ConversationAction> actions_;                        // scratch
    std::vector<std::pair<Shard*, std::vector<Delivery>>> to_other_threads_;  // of the input that is being dealt with
    std::vector<std::uint64_t> due_;                                          // scratch
};

}  // namespace earshot::net
