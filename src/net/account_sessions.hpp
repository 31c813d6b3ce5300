#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace earshot::net {

/// How many sessions each account has. Any thread.
class AccountSessions {
public:
    /// Counts one more of `account`; not, and false, if that would be more than `limit`.
    [[nodiscard]] bool enter(const std::string& account, std::optional<std::size_t> limit) {
        const std::lock_guard lock(mutex_);
        const auto place = counts_.try_emplace(account, 0).first;
        if (limit && place->second >= *limit) {
            if (place->second == 0) counts_.erase(place);
            return false;
        }
        ++place->second;
        return true;
    }

    /// One that entered is gone.
    void leave(const std::string& account) {
        const std::lock_guard lock(mutex_);
        const auto place = counts_.find(account);
        if (--place->second == 0) counts_.erase(place);
    }

    /// Whether it has any.
    bool has(const std::string& account) const {
        const std::lock_guard lock(mutex_);
        return counts_.contains(account);
    }

private:
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::size_t> counts_;
};

}  // namespace earshot::net
