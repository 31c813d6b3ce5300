#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace earshot::support {

/// Holds threads until it is opened, once and for all.
class Gate {
public:
    void open() {
        {
            const std::lock_guard lock(mutex_);
            is_open_ = true;
        }
        changed_.notify_all();
    }

    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return is_open_; });
    }

    /// False: it was stopped before.
    bool wait(const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        ++waited_;
        changed_.notify_all();
        return changed_.wait(lock, stop, [this] { return is_open_; });
    }

    /// Waits until so many have come in all to wait for it or a stop; false if that takes too long.
    template <typename Patience>
    bool wait_for_comers(int count, Patience patience) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, patience, [&] { return waited_ >= count; });
    }

private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool is_open_ = false;
    int waited_ = 0;
};

}  // namespace earshot::support
