#include "stored_tracker_cache.hpp"

#include <chrono>
#include <utility>

namespace earshot::net {
namespace {

/// After which another server of the same database may have changed something.
constexpr auto k_fresh = std::chrono::seconds(5);

}  // namespace

void StoredTrackerCache::follow(Listener listener) {
    {
        const std::lock_guard lock(listener_mutex_);
        listener_ = std::move(listener);
    }
    if (!store_) return;
    store_->on_change([weak = weak_from_this()](const std::string& account) {
        if (const auto self = weak.lock()) self->on_changed(account);
    });
}

void StoredTrackerCache::stop_following() {
    const std::lock_guard lock(listener_mutex_);
    listener_ = nullptr;
}

std::optional<StoredTrackerCache::Snapshot> StoredTrackerCache::get(const std::string& account, Later later) {
    static const auto nothing =
        std::make_shared<const session::StoredTrackers>(std::vector<detect::TrackerDefinition>());
    if (!store_) return nothing;
    std::optional<Snapshot> at_hand;
    {
        const std::lock_guard lock(mutex_);
        Entry& entry = entries_[account];
        if (!entry.is_stale) {
            at_hand = entry.snapshot;
            if (std::chrono::steady_clock::now() - entry.read < k_fresh) return at_hand;
        } else {
            entry.waiting.push_back(std::move(later));
        }
        if (std::exchange(entry.is_reading, true)) return at_hand;
    }
    read(account);
    return at_hand;
}

void StoredTrackerCache::read_missed() {
    std::vector<std::string> missed;
    {
        const std::lock_guard lock(mutex_);
        for (auto& [account, entry] : entries_) {
            if (entry.is_stale && !std::exchange(entry.is_reading, true)) missed.push_back(account);
        }
    }
    for (const std::string& account : missed) read(account);
}

void StoredTrackerCache::on_changed(const std::string& account) {
    {
        const std::lock_guard lock(mutex_);
        const auto place = entries_.find(account);
        if (place == entries_.end()) return;  // nobody has asked for it
        Entry& entry = place->second;
        entry.is_stale = entry.has_changed = true;
        if (std::exchange(entry.is_reading, true)) return;
    }
    read(account);
}

/// The entry is marked as being read, so that one reading is under way at a time.
void StoredTrackerCache::read(const std::string& account) {
    {
        const std::lock_guard lock(mutex_);
        entries_[account].has_changed = false;
    }
    store_->list(account, std::nullopt,
                 [self = shared_from_this(), account](base::Result<std::vector<detect::TrackerRecord>> records) {
                     self->on_read(account, std::move(records));
                 });
}

void StoredTrackerCache::on_read(const std::string& account, base::Result<std::vector<detect::TrackerRecord>> records) {
    std::vector<Later> waiting;
    Snapshot snapshot;
    bool is_other = false;
    {
        std::unique_lock lock(mutex_);
        Entry& entry = entries_[account];
        if (entry.has_changed) {
            lock.unlock();
            read(account);
            return;
        }
        if (records) {
            std::vector<detect::TrackerDefinition> trackers;
            for (detect::TrackerRecord& record : *records) trackers.push_back(std::move(record.tracker));
            is_other = !entry.snapshot || entry.snapshot->trackers() != trackers;
            if (is_other) entry.snapshot = std::make_shared<const session::StoredTrackers>(std::move(trackers));
            entry.read = std::chrono::steady_clock::now();
            entry.is_stale = false;
        }
        entry.is_reading = false;
        waiting = std::exchange(entry.waiting, {});
        snapshot = entry.snapshot;
    }
    for (const Later& later : waiting) later(snapshot);
    if (!is_other) return;
    const std::lock_guard lock(listener_mutex_);
    if (listener_) listener_(account, snapshot);
}

}  // namespace earshot::net
