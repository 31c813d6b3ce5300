#pragma once

#include "earshot/base/time.hpp"
#include "earshot/session/stored_trackers.hpp"
#include "earshot/store/tracker_store.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace earshot::net {

/// The stored trackers of the accounts that have sessions. They are read when they are asked for, after each change
/// and, for accounts in use, every few seconds, since another server may have changed them in the same database: what
/// is given was stored k_fresh ago at most. Where the store does not answer, those that were read last are given. Any
/// thread.
class StoredTrackerCache : public std::enable_shared_from_this<StoredTrackerCache> {
public:
    using Snapshot = std::shared_ptr<const session::StoredTrackers>;
    using Later = std::function<void(Snapshot)>;
    using Listener = std::function<void(const std::string& account, const Snapshot& snapshot)>;
    using OnFailure = std::function<void(const base::Error&)>;
    using Clock = std::function<base::MonotonicTime()>;

    /// After which what was read is not given any more without a look at the store.
    static constexpr auto k_fresh = std::chrono::seconds(5);
    /// After which it is read again for an account in use. Shorter, so that nobody has to wait for that.
    static constexpr auto k_refresh = std::chrono::seconds(3);
    /// How long somebody waits for the store.
    static constexpr auto k_patience = std::chrono::seconds(3);
    /// Between two readings of an account that nobody asked for, if the first failed; doubles up to the longest.
    static constexpr auto k_first_pause = std::chrono::milliseconds(100);
    static constexpr auto k_longest_pause = std::chrono::seconds(5);
    /// How many readings may be under way before one begins that nobody asked for.
    static constexpr std::size_t k_readings = 8;

    /// `store` may be null, and nothing is stored; else it outlives stop_following(). `on_failure` is told what a
    /// reading failed with, on any thread.
    explicit StoredTrackerCache(store::TrackerStore* store, OnFailure on_failure = {},
                                Clock now = std::chrono::steady_clock::now)
        : store_(store), on_failure_(std::move(on_failure)), now_(std::move(now)) {}

    /// Follows the changes of the store. `listener` is told when other trackers than before were read, on a thread of
    /// the store. Once, before the first `get`.
    void follow(Listener listener);

    /// Once this returns, neither the listener nor the store is called any more; who waits has got what was read last.
    void stop_following();

    /// The trackers of an account, at once, or none: then `later` is called with them, once, on any thread. Null: they
    /// cannot be had.
    std::optional<Snapshot> get(const std::string& account, Later later);

    /// Reads again what could not be read and what has become old, if the account is in use, and sends away who has
    /// waited for too long. To be called several times a second.
    void keep_up(const std::function<bool(const std::string& account)>& is_in_use);

private:
    struct Waiting {
        Later later;
        base::MonotonicTime since;
    };

    struct Entry {
        Snapshot snapshot;
        base::MonotonicTime read;  // when the reading began that gave it
        bool is_stale = true;      // not what is stored, as far as is known

        bool is_reading = false;
        bool has_changed = false;   // since the reading under way began
        base::MonotonicTime began;  // the reading under way
        std::size_t early = 0;      // of those that wait: who came before it began

        base::Duration pause = k_first_pause;
        base::MonotonicTime next_try;  // unless somebody asks
        std::vector<Waiting> waiting;  // the oldest first
    };

    // Locked.
    bool begin_reading(Entry& entry);
    void settle(Entry& entry, base::Result<std::vector<detect::TrackerRecord>> records);
    std::vector<Waiting> take_waiting(Entry& entry, std::size_t count);

    void on_changed(const std::string& account);
    void read(const std::string& account);
    void on_read(const std::string& account, base::Result<std::vector<detect::TrackerRecord>> records);
    void tell_listener(const std::string& account, const Snapshot& snapshot);

    store::TrackerStore* const store_;
    const OnFailure on_failure_;
    const Clock now_;
    std::mutex listener_mutex_;  // held while it is called
    Listener listener_;
    std::mutex mutex_;
    std::condition_variable no_calls_;
    std::size_t calls_ = 0;  // of the store, that have not returned
    bool is_over_ = false;
    std::unordered_map<std::string, Entry> entries_;
};

}  // namespace earshot::net
