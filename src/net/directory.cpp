#include "directory.hpp"

#include <utility>

namespace earshot::net {

Directory::Found Directory::find_or_enter(const std::string& key, Shard& home) {
    Found found;
    Queue waiting;
    {
        const std::lock_guard lock(mutex_);
        const auto [entry, is_new] = places_.try_emplace(key);
        found.is_new = is_new;
        if (is_new) {
            entry->second = {&home, ++last_number_};
            if (auto subscribers = waiting_.extract(key)) waiting = std::move(subscribers.mapped());
        }
        found.place = entry->second;
    }
    // Others need not wait while what may be long is copied and let go.
    found.waiting.assign(waiting.in_order.begin(), waiting.in_order.end());
    return found;
}

ConversationPlace Directory::find_or_wait(const std::string& key, const Waiting& subscriber) {
    const std::lock_guard lock(mutex_);
    const auto entry = places_.find(key);
    if (entry != places_.end()) return entry->second;
    Queue& queue = waiting_[key];
    queue.places[subscriber.socket] = queue.in_order.insert(queue.in_order.end(), subscriber);
    return {};
}

bool Directory::stop_waiting(const std::string& key, session::SocketId socket) {
    const std::lock_guard lock(mutex_);
    const auto entry = waiting_.find(key);
    if (entry == waiting_.end()) return false;
    Queue& queue = entry->second;
    const auto place = queue.places.find(socket);
    if (place == queue.places.end()) return false;
    queue.in_order.erase(place->second);
    queue.places.erase(place);
    if (queue.places.empty()) waiting_.erase(entry);
    return true;
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
