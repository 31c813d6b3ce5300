#include "directory.hpp"

namespace earshot::net {

Directory::Found Directory::find_or_enter(const std::string& key, Shard& home) {
    const std::lock_guard lock(mutex_);
    const auto [entry, is_new] = places_.try_emplace(key);
    if (is_new) entry->second = {&home, ++last_number_};
    return {entry->second, is_new};
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
