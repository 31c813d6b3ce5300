#pragma once

#include "earshot/net/server_hooks.hpp"
#include "earshot/session/client_machine.hpp"

#include "backlog.hpp"
#include "directory.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace earshot::net {

class Conversation;

/// What a peer asks of the connection below it.
class Transport {
public:
    /// The outbox may hold frames; called at the end of a turn.
    virtual void pump() = 0;

    /// Once the outbox is written, close.
    virtual void close(const session::Close& close) = 0;

protected:
    ~Transport() = default;
};

/// A publisher's or subscriber's socket without its connection: its machine, and the way to its conversation on this or
/// another thread. Lives as long as its connection, on that one's thread; every input must be made inside Shard::turn.
class Peer {
public:
    /// `key` names its conversation in the whole process. With a subscription it is a subscriber's.
    Peer(Shard& shard, Transport& transport, std::string key, const std::optional<session::Subscription>& subscription);
    ~Peer();
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    void on_text(std::string_view message, std::size_t readable);
    void on_binary(std::size_t bytes);
    void on_gone();
    void on_refused(const base::Error& error);
    void on_shutdown();
    void on_time();

    /// What its conversation says: one of the actions that concern a socket.
    void on_action(const session::ConversationAction& action);
    void on_broadcast(const session::Broadcast& broadcast);
    void on_news(const session::News& news);

    session::SocketId id() const noexcept { return id_; }
    const std::string& key() const noexcept { return key_; }
    session::Outbox& outbox() noexcept { return machine_->outbox(); }

    /// Its client must not be read now: it does not read what it is told, or is further than the threads of its
    /// conversation. When that is over, the transport is asked to pump.
    bool must_rest() noexcept;

    std::optional<base::MonotonicTime> deadline() const noexcept { return machine_->deadline(); }

    /// Adds what was counted since the last call.
    void add_traffic(Traffic& traffic);

private:
    friend class Shard;
    friend class ConversationHub;
    friend class Guests;

    /// Does what the machine asked for since the last turn, then has the transport write.
    void perform();
    void perform(session::SocketAction&& action);
    void mark();

    /// What goes with an input that is posted to its conversation: that with which all goes that is posted meanwhile.
    static Backlog::SharedItem add_to_backlog() { return Backlog::dealt_with(); }

    /// An item for what it is about to do; null where no other thread will have anything to do with it.
    Backlog::SharedItem make_item();

    Shard& shard_;
    Transport& transport_;
    const session::SocketId id_;
    const std::string key_;
    std::unique_ptr<session::ClientMachine> machine_;
    session::SocketCounters told_;
    std::shared_ptr<Backlog> backlog_;  // once another thread had to do with it
    std::size_t sent_bytes_ = 0;        // by the client, and not yet in the backlog
    ConversationPlace place_;
    std::size_t guest_slot_ = 0;     // Guests' own
    Conversation* local_ = nullptr;  // the conversation, if this is its home
    ConversationPlace asked_;        // another thread's conversation that a join went to and no leave
    bool is_watching_ = false;       // all conversations of its account
    bool is_waiting_ = false;        // in the directory, for a conversation to begin
    bool is_marked_ = false;
};

}  // namespace earshot::net
