#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

namespace earshot::net {

/// The accounts that somebody watches as a whole. Asked whenever a tracker is heard, of which mostly nobody is. Any
/// thread.
class WatchedAccounts {
public:
    void add(const std::string& account) {
        const std::lock_guard lock(mutex_);
        ++watchers_[account];
        ++all_;
    }

    void remove(const std::string& account) {
        const std::lock_guard lock(mutex_);
        const auto place = watchers_.find(account);
        if (--place->second == 0) watchers_.erase(place);
        --all_;
    }

    bool is_empty() const noexcept { return all_ == 0; }

    bool has(const std::string& account) const {
        const std::lock_guard lock(mutex_);
        return watchers_.contains(account);
    }

private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::size_t> watchers_;  // how many
    std::atomic<std::size_t> all_ = 0;
};

}  // namespace earshot::net
