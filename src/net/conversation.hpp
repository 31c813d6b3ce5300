#pragma once

#include "earshot/base/keyed_list.hpp"
#include "earshot/net/server_hooks.hpp"
#include "earshot/session/conversation_machine.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace earshot::net {

class Peer;
class Shard;

/// A conversation on its home thread, with the sockets that take part.
class Conversation {
public:
    struct Member {
        session::SocketId socket = 0;
        Shard* shard = nullptr;
        Peer* local = nullptr;  ///< the socket, if it is on this thread
    };

    Conversation(std::string key_of_it, std::uint64_t number_of_it, session::ConversationMachine machine_of_it)
        : key(std::move(key_of_it)), number(number_of_it), machine(std::move(machine_of_it)) {}

    /// Adds a member unless it is there.
    void add(const Member& member);
    void remove(session::SocketId socket);

    /// Null if it takes no part.
    const Member* find(session::SocketId socket) const { return members_.find(socket); }

    const std::vector<Member>& members() const noexcept { return members_.values(); }

    /// The other threads on which members live, and how many.
    const std::vector<std::pair<Shard*, std::size_t>>& guests() const noexcept { return guests_; }

    /// Adds what was counted since the last call.
    void add_traffic(Traffic& traffic);

    const std::string key;
    const std::uint64_t number;
    session::ConversationMachine machine;
    std::shared_ptr<const session::News> begun;  ///< for who watches its account; null until then

private:
    base::KeyedList<Member, &Member::socket> members_;
    std::vector<std::pair<Shard*, std::size_t>> guests_;
    session::ConversationCounters told_;
};

}  // namespace earshot::net
