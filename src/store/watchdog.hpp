#pragma once

#include "earshot/base/error.hpp"
#include "earshot/base/time.hpp"

#include "line.hpp"

#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace earshot::store {

/// Gives up what takes too long. A database may hang without closing its connections, and whoever waits for it would
/// wait for ever. Any thread.
class Watchdog {
public:
    /// Told on a thread of the watchdog each time that something is given up, before its line is cut. Must not throw.
    using OnHang = std::function<void(const base::Error& away)>;

    /// `limit`: how long something may take.
    Watchdog(base::Duration limit, OnHang on_hang);
    /// No Watch may be left.
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    base::Duration limit() const noexcept { return limit_; }

private:
    struct Watched {
        const Line* line;
        base::MonotonicTime due;
        bool is_given_up = false;
    };
    using Place = std::list<Watched>::iterator;

public:
    /// Something that is waited for, from the construction to end() or the destruction.
    class Watch {
    public:
        /// `line` is cut if it takes too long; null: that is only told. It outlives the watch.
        Watch(Watchdog& watchdog, const Line* line) : watchdog_(watchdog), place_(watchdog.begin(line)) {}
        ~Watch() { end(); }
        Watch(const Watch&) = delete;
        Watch& operator=(const Watch&) = delete;

        /// It is over. False: it was given up before.
        bool end();

    private:
        Watchdog& watchdog_;
        Place place_;
        bool is_over_ = false;
        bool is_given_up_ = false;
    };

private:
    Place begin(const Line* line);
    void run();
    /// Whether something was due.
    bool give_up(std::unique_lock<std::mutex>& lock);

    const base::Duration limit_;
    const OnHang on_hang_;
    std::mutex mutex_;
    std::condition_variable over_;
    std::list<Watched> watched_;  // each has as much time, so the oldest is due first
    bool is_over_ = false;
    std::jthread thread_;  // last: it uses all of the above
};

}  // namespace earshot::store
