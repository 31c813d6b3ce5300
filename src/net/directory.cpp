#include "directory.hpp"

#include <utility>

namespace earshot::net {

Directory::Found Directory::find_or_enter(const std::string& key, Shard& home) {
    const std::lock_guard lock(mutex_);
    const auto [entry, is_new] = places_.try_emplace(key);
    Found found;
    found.is_new = is_new;
    if (is_new) {
        entry->second = {&home, ++last_number_};
        if (auto subscribers = waiting_.extract(key)) found.waiting = std::move(subscribers.mapped());
    }
    found.place = entry->second;
    return found;
}

ConversationPlace Directory::find_or_wait(const std::string& key, const Waiting& subscriber) {
    const std::lock_guard lock(mutex_);
    const auto entry = places_.find(key);
    if (entry != places_.end()) return entry->second;
    waiting_[key].push_back(subscriber);
    return {};
}

bool Directory::stop_waiting(const std::string& key, session::SocketId socket) {
    const std::lock_guard lock(mutex_);
    const auto entry = waiting_.find(key);
    if (entry == waiting_.end()) return false;
    const auto is_it = [&](const Waiting& subscriber) { return subscriber.socket == socket; };
    const bool found = std::erase_if(entry->second, is_it) > 0;
    if (entry->second.empty()) waiting_.erase(entry);
    return found;
}

void Directory::remove(const std::string& key, std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    const auto entry = places_.find(key);
    if (entry != places_.end() && entry->second.number == number) places_.erase(entry);
}

std::size_t Directory::size() const {
    const std::lock_guard lock(mutex_);
    return places_.size();
}

}  // namespace earshot::net
