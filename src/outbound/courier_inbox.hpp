#pragma once

#include "earshot/base/time.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace earshot::outbound {

/// What comes to the courier from other threads. It is shared with answers that are still to come, so that they may
/// come after the courier's end, to nobody. Any thread; its bound is that of what the courier has under way.
class CourierInbox {
public:
    struct Content {
        std::vector<std::function<void()>> events;  ///< in the order in which they came
        bool is_poked = false;
    };

    /// `event` is run by whoever takes it; after close() by nobody.
    void put(std::function<void()> event) {
        {
            const std::lock_guard lock(mutex_);
            if (is_closed_) return;
            content_.events.push_back(std::move(event));
        }
        changed_.notify_one();
    }

    void poke() {
        {
            const std::lock_guard lock(mutex_);
            content_.is_poked = true;
        }
        changed_.notify_one();
    }

    void close() {
        {
            const std::lock_guard lock(mutex_);
            is_closed_ = true;
        }
        changed_.notify_one();
    }

    Content take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(content_, {});
    }

    /// Waits until there is something, or for `at_most`. False: it is closed.
    bool wait(base::Duration at_most) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, at_most,
                          [this] { return is_closed_ || content_.is_poked || !content_.events.empty(); });
        return !is_closed_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    Content content_;
    bool is_closed_ = false;
};

}  // namespace earshot::outbound
