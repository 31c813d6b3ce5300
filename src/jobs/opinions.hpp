#pragma once

#include "earshot/base/time.hpp"
#include "earshot/detect/speaker_window.hpp"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

namespace earshot::jobs {

/// What a scorer says of a job's utterances, on its way to the thread that waits for it. Any thread may add, also when
/// nobody waits any more.
class Opinions {
public:
    struct Answer {
        std::uint64_t ticket = 0;
        detect::Opinion opinion;
    };

    void add(std::uint64_t ticket, detect::Opinion opinion) {
        {
            const std::lock_guard lock(mutex_);
            answers_.push_back({ticket, std::move(opinion)});
        }
        changed_.notify_all();
    }

    /// What is ready is ready.
    void set_ready() {
        {
            const std::lock_guard lock(mutex_);
            is_ready_ = true;
        }
        changed_.notify_all();
    }

    /// Waits for set_ready, or the stop, but not for longer than `limit`.
    void wait_until_ready(const std::stop_token& stop, base::Duration limit) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, stop, limit, [this] { return is_ready_; });
    }

    /// What came since the last call; with `waits` at least one, or none after a stop.
    std::vector<Answer> take(bool waits, const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        if (waits) changed_.wait(lock, stop, [this] { return !answers_.empty(); });
        return std::exchange(answers_, {});
    }

private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    bool is_ready_ = false;
    std::vector<Answer> answers_;
};

}  // namespace earshot::jobs
