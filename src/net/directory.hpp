#pragma once

#include "earshot/session/actions.hpp"

#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace earshot::net {

class Shard;

/// Names a conversation in the whole process. An account's name holds no line break.
inline std::string conversation_key(const std::string& account, const std::string& connection_id) {
    return account + '\n' + connection_id;
}
inline std::string account_of(const std::string& conversation_key) {
    return conversation_key.substr(0, conversation_key.find('\n'));
}

/// Where a conversation lives: on the thread of its first publisher. None while `home` is null.
struct ConversationPlace {
    Shard* home = nullptr;
    std::uint64_t number = 0;
};

/// Finds the conversation of a connection id, whose sockets may be on several threads, and holds the subscribers that
/// came before there was one. Touched only when somebody joins and when a conversation ends. Any thread.
class Directory {
public:
    /// A subscriber without a conversation.
    struct Waiting {
        Shard* shard = nullptr;
        session::SocketId socket = 0;
        session::Subscription subscription;
    };

    struct Found {
        ConversationPlace place;
        bool is_new = false;           ///< the caller must begin it, at once
        std::vector<Waiting> waiting;  ///< for it, if it is new; they wait no longer
    };

    /// Where the conversation of `key` lives; if there is none, it is entered as one of `home`.
    Found find_or_enter(const std::string& key, Shard& home);

    /// Where the conversation of `key` lives; if there is none, the subscriber waits for it.
    ConversationPlace find_or_wait(const std::string& key, const Waiting& subscriber);

    /// False if the socket does not wait any more: it was handed over.
    bool stop_waiting(const std::string& key, session::SocketId socket);

    /// The conversation is over: who joins from now on begins a new one.
    void remove(const std::string& key, std::uint64_t number);

    std::size_t size() const;

private:
    /// Those that wait for one conversation, in the order in which they came.
    struct Queue {
        std::list<Waiting> in_order;
        std::unordered_map<session::SocketId, std::list<Waiting>::iterator> places;
    };

    mutable std::mutex mutex_;
    std::unordered_map<std::string, ConversationPlace> places_;
    std::unordered_map<std::string, Queue> waiting_;  // none for a key that has a place
    std::uint64_t last_number_ = 0;
};

}  // namespace earshot::net
