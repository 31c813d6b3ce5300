#pragma once

#include "earshot/base/time.hpp"
#include "earshot/session/stored_trackers.hpp"
#include "earshot/store/tracker_store.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace earshot::net {

/// The stored trackers of the accounts that have sessions. They are read once and again after each change, also while
/// no session asks; while the store is away, those that were read last are given. What another server changed in the
/// same database is seen within seconds of the next start. Any thread.
class StoredTrackerCache : public std::enable_shared_from_this<StoredTrackerCache> {
public:
    using Snapshot = std::shared_ptr<const session::StoredTrackers>;
    using Later = std::function<void(Snapshot)>;
    using Listener = std::function<void(const std::string& account, const Snapshot& snapshot)>;

    /// `store` may be null, and nothing is stored; else it outlives this and every call under way.
    explicit StoredTrackerCache(store::TrackerStore* store) : store_(store) {}

    /// Follows the changes of the store. `listener` is told when other trackers than before were read, on a thread of
    /// the store. Once, before the first `get`.
    void follow(Listener listener);

    /// The listener is not called any more once this returns.
    void stop_following();

    /// The trackers of an account, at once, or none: then `later` is called with them, once, on any thread. Null: they
    /// cannot be had.
    std::optional<Snapshot> get(const std::string& account, Later later);

    /// Reads again what could not be read. To be called now and then, for those who follow: nobody else may ask.
    void read_missed();

private:
    struct Entry {
        Snapshot snapshot;
        base::MonotonicTime read;
        bool is_stale = true;      // not what is stored, as far as is known
        bool has_changed = false;  // since the reading under way began
        bool is_reading = false;
        std::vector<Later> waiting;
    };

    void on_changed(const std::string& account);
    void read(const std::string& account);
    void on_read(const std::string& account, base::Result<std::vector<detect::TrackerRecord>> records);

    store::TrackerStore* const store_;
    std::mutex listener_mutex_;  // held while it is called
    Listener listener_;
    std::mutex mutex_;
    std::unordered_map<std::string, Entry> entries_;
};

}  // namespace earshot::net
