#include "stored_tracker_cache.hpp"

#include <algorithm>
#include <iterator>

namespace earshot::net {

using Records = std::vector<detect::TrackerRecord>;

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
    std::vector<std::pair<Waiting, Snapshot>> waiting;
    {
        std::unique_lock lock(mutex_);
        is_over_ = true;
        for (auto& [account, entry] : entries_) {
            for (Waiting& one : take_waiting(entry, entry.waiting.size())) {
                waiting.emplace_back(std::move(one), entry.snapshot);
            }
        }
        no_calls_.wait(lock, [this] { return calls_ == 0; });
    }
    {
        const std::lock_guard lock(listener_mutex_);
        listener_ = nullptr;
    }
    for (const auto& [one, snapshot] : waiting) one.later(snapshot);
}

std::optional<StoredTrackerCache::Snapshot> StoredTrackerCache::get(const std::string& account, Later later) {
    static const auto nothing =
        std::make_shared<const session::StoredTrackers>(std::vector<detect::TrackerDefinition>());
    if (!store_) return nothing;
    {
        const std::lock_guard lock(mutex_);
        Entry& entry = entries_[account];
        const base::MonotonicTime now = now_();
        if (is_over_ || (!entry.is_stale && now - entry.read < k_fresh)) return entry.snapshot;
        entry.waiting.push_back({std::move(later), now});
        if (!begin_reading(entry)) return std::nullopt;
    }
    read(account);
    return std::nullopt;
}

void StoredTrackerCache::keep_up(const std::function<bool(const std::string& account)>& is_in_use) {
    std::vector<std::pair<Waiting, Snapshot>> late;
    std::vector<std::pair<base::MonotonicTime, const std::string*>> due;
    {
        const std::lock_guard lock(mutex_);
        const base::MonotonicTime now = now_();
        std::size_t readings = 0;
        for (auto& [account, entry] : entries_) {
            const auto is_early = [&](const Waiting& one) { return now - one.since < k_patience; };
            const auto end = std::find_if(entry.waiting.begin(), entry.waiting.end(), is_early);
            for (Waiting& one : take_waiting(entry, static_cast<std::size_t>(end - entry.waiting.begin()))) {
                late.emplace_back(std::move(one), entry.snapshot);
            }
            if (entry.is_reading) ++readings;
            if (entry.is_reading || now < entry.next_try) continue;
            if (entry.is_stale || (now - entry.read >= k_refresh && is_in_use(account))) {
                due.emplace_back(entry.read, &account);
            }
        }
        // The oldest first, or some would never have their turn where there are too many.
        std::sort(due.begin(), due.end());
        due.resize(std::min(due.size(), k_readings - std::min(readings, k_readings)));
        std::erase_if(due, [&](const auto& one) { return !begin_reading(entries_.at(*one.second)); });
    }
    for (const auto& [one, snapshot] : late) one.later(snapshot);
    for (const auto& [read_at, account] : due) read(*account);  // entries never go, so their names stay
}

void StoredTrackerCache::on_changed(const std::string& account) {
    {
        const std::lock_guard lock(mutex_);
        const auto place = entries_.find(account);
        if (is_over_ || place == entries_.end()) return;  // nobody has asked for it
        Entry& entry = place->second;
        entry.is_stale = entry.has_changed = true;
        if (!begin_reading(entry)) return;
    }
    read(account);
}

/// False if a reading is under way, or none may begin any more; else read() must follow.
bool StoredTrackerCache::begin_reading(Entry& entry) {
    if (is_over_ || std::exchange(entry.is_reading, true)) return false;
    entry.has_changed = false;
    entry.began = now_();
    entry.early = entry.waiting.size();
    ++calls_;
    return true;
}

void StoredTrackerCache::read(const std::string& account) {
    store_->list(account, std::nullopt, [self = shared_from_this(), account](base::Result<Records> records) {
        self->on_read(account, std::move(records));
    });
    const std::lock_guard lock(mutex_);
    if (--calls_ == 0) no_calls_.notify_all();
}

void StoredTrackerCache::on_read(const std::string& account, base::Result<Records> records) {
    if (!records && on_failure_) on_failure_(records.error());
    std::vector<Waiting> waiting;
    Snapshot snapshot;
    bool is_other = false;
    bool must_go_on = false;
    {
        const std::lock_guard lock(mutex_);
        if (is_over_) return;
        Entry& entry = entries_[account];
        const Snapshot before = entry.snapshot;
        must_go_on = records && entry.has_changed;
        settle(entry, std::move(records));
        snapshot = entry.snapshot;
        is_other = snapshot != before;
        // Who came after the reading began may know of a change that it has not seen.
        waiting = take_waiting(entry, must_go_on ? entry.early : entry.waiting.size());
        must_go_on = must_go_on && begin_reading(entry);
    }
    if (is_other) tell_listener(account, snapshot);
    for (const Waiting& one : waiting) one.later(snapshot);
    if (must_go_on) read(account);
}

/// The reading under way is over.
void StoredTrackerCache::settle(Entry& entry, base::Result<Records> records) {
    entry.is_reading = false;
    if (!records) {
        entry.next_try = now_() + entry.pause;
        entry.pause = std::min<base::Duration>(2 * entry.pause, k_longest_pause);
        return;
    }
    entry.pause = k_first_pause;
    entry.read = entry.began;
    entry.is_stale = entry.has_changed;
    std::vector<detect::TrackerDefinition> trackers;
    trackers.reserve(records->size());
    for (detect::TrackerRecord& record : *records) trackers.push_back(std::move(record.tracker));
    if (entry.snapshot && entry.snapshot->trackers() == trackers) return;
    entry.snapshot = std::make_shared<const session::StoredTrackers>(std::move(trackers));
}

std::vector<StoredTrackerCache::Waiting> StoredTrackerCache::take_waiting(Entry& entry, std::size_t count) {
    const auto end = entry.waiting.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<Waiting> taken(std::make_move_iterator(entry.waiting.begin()), std::make_move_iterator(end));
    entry.waiting.erase(entry.waiting.begin(), end);
    entry.early -= std::min(entry.early, count);
    return taken;
}

void StoredTrackerCache::tell_listener(const std::string& account, const Snapshot& snapshot) {
    const std::lock_guard lock(listener_mutex_);
    if (listener_) listener_(account, snapshot);
}

}  // namespace earshot::net
