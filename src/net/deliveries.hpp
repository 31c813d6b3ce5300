#pragma once

#include "earshot/session/actions.hpp"

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace earshot::net {

class Peer;
class Shard;

/// What a conversation tells one socket of another thread, or all that take part.
struct Delivery {
    session::SocketId socket;  ///< 0: all sockets of the thread that take part
    session::ConversationAction action;
};

/// What one input has a conversation tell on other threads: gathered, then posted once to each thread. On the
/// conversation's thread.
class Deliveries {
public:
    void add(Shard& to, session::SocketId socket, session::ConversationAction action);

    /// Posts what was added to the threads' hubs and forgets it. `number` names the conversation.
    void post(std::uint64_t number);

    void clear() noexcept { by_thread_.clear(); }

private:
    std::vector<std::pair<Shard*, std::vector<Delivery>>> by_thread_;
};

/// The sockets of one thread that take part in conversations of others. On that thread.
class Guests {
public:
    /// `number` names the conversation. The peer takes part in no other.
    void add(Peer& peer, std::uint64_t number);

    /// Nothing happens if it is not among them: its part may be over, and its socket goes later.
    void remove(Peer& peer, std::uint64_t number) noexcept;

    const std::vector<Peer*>& of(std::uint64_t number) const noexcept;

private:
    std::unordered_map<std::uint64_t, std::vector<Peer*>> by_conversation_;
};

}  // namespace earshot::net
