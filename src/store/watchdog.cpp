#include "watchdog.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace earshot::store {
namespace {

base::MonotonicTime now() {
    return std::chrono::steady_clock::now();
}

}  // namespace

Watchdog::Watchdog(base::Duration limit, OnHang on_hang)
    : limit_(limit), on_hang_(std::move(on_hang)), thread_([this] { run(); }) {}

Watchdog::~Watchdog() {
    {
        const std::lock_guard lock(mutex_);
        is_over_ = true;
    }
    over_.notify_all();
}

Watchdog::Place Watchdog::begin(const Line* line) {
    const std::lock_guard lock(mutex_);
    return watched_.insert(watched_.end(), Watched{line, now() + limit_});
}

bool Watchdog::Watch::end() {
    if (std::exchange(is_over_, true)) return !is_given_up_;
    const std::lock_guard lock(watchdog_.mutex_);
    is_given_up_ = place_->is_given_up;
    watchdog_.watched_.erase(place_);
    return !is_given_up_;
}

void Watchdog::run() {
    std::unique_lock lock(mutex_);
    while (!is_over_) {
        if (give_up(lock)) continue;
        // What begins meanwhile is due later than this, so nobody has to wake the thread.
        base::MonotonicTime next = now() + limit_;
        for (const Watched& watched : watched_) {
            if (!watched.is_given_up) next = std::min(next, watched.due);
        }
        over_.wait_until(lock, next);
    }
}

bool Watchdog::give_up(std::unique_lock<std::mutex>& lock) {
    bool is_late = false;
    for (Watched& watched : watched_) {
        if (watched.is_given_up || now() < watched.due) continue;
        is_late = watched.is_given_up = true;
    }
    if (!is_late) return false;
    lock.unlock();
    const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(limit_);
    on_hang_({base::Errc::store_away,
              "the database does not answer",
              {},
              "no answer within " + std::to_string(limit.count()) + " ms"});
    lock.lock();
    for (const Watched& watched : watched_) {
        if (watched.is_given_up && watched.line) watched.line->cut();
    }
    return true;
}

}  // namespace earshot::store
