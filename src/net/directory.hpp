#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace earshot::net {

class Shard;

/// Where a conversation lives: on the thread of its first publisher. None while `home` is null.
struct ConversationPlace {
    Shard* home = nullptr;
    std::uint64_t number = 0;
};

/// Finds the conversation of a connection id, whose sockets may be on several threads. Touched only when somebody joins
/// and when a conversation ends. Any thread.
class Directory {
public:
    struct Found {
        ConversationPlace place;
        bool is_new = false;  ///< the caller must begin it, at once
    };

    /// Where the conversation of `key` lives; if there is none, it is entered as one of `home`.
    Found find_or_enter(const std::string& key, Shard& home);

    /// The conversation is over: who joins from now on begins a new one.
    void remove(const std::string& key, std::uint64_t number);

    std::size_t size() const;

private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, ConversationPlace> places_;
    std::uint64_t last_number_ = 0;
};

}  // namespace earshot::net
