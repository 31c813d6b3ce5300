#include "support/net/memory_store.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace earshot::testing {
namespace {

using base::Errc;
using base::Error;
using base::Result;
using detect::TrackerDefinition;
using detect::TrackerRecord;

auto find_id(std::vector<TrackerRecord>& records, const std::string& id) {
    return std::find_if(records.begin(), records.end(),
                        [&](const TrackerRecord& record) { return record.tracker.id == id; });
}

auto find_name(std::vector<TrackerRecord>& records, const std::string& name) {
    return std::find_if(records.begin(), records.end(),
                        [&](const TrackerRecord& record) { return record.tracker.name == name; });
}

}  // namespace

MemoryStore::MemoryStore() : thread_([this] { work_off(); }) {}

MemoryStore::~MemoryStore() {
    {
        const std::lock_guard lock(mutex_);
        is_over_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void MemoryStore::hold() {
    const std::lock_guard lock(mutex_);
    is_held_ = true;
}

void MemoryStore::release() {
    const std::lock_guard lock(mutex_);
    is_held_ = false;
    changed_.notify_all();
}

bool MemoryStore::wait_for_waiting(std::size_t operations) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return waiting_.size() == operations; });
}

void MemoryStore::fail_with(std::optional<base::Errc> code) {
    const std::lock_guard lock(mutex_);
    failure_ = code;
}

template <typename T>
void MemoryStore::run(std::function<Result<T>()> work, store::Done<T> done) {
    std::unique_lock lock(mutex_);
    const std::optional<Errc> failure = failure_;
    if (failure == Errc::queue_full) {
        lock.unlock();
        done(Error{*failure, "the queue is full", {}, {}});
        return;
    }
    waiting_.push_back([failure, work = std::move(work), done = std::move(done)] {
        done(failure ? Result<T>(Error{*failure, "it failed", {}, {}}) : work());
    });
    changed_.notify_all();
}

void MemoryStore::work_off() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [&] { return is_over_ || (!is_held_ && !waiting_.empty()); });
        if (waiting_.empty()) return;
        const auto operation = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        operation();
        lock.lock();
    }
}

base::WallTime MemoryStore::now() {
    return base::WallTime(std::chrono::seconds(++seconds_));
}

TrackerRecord MemoryStore::record_of(TrackerDefinition tracker) {
    TrackerRecord record{std::move(tracker), now(), {}};
    record.tracker.id = std::to_string(++last_id_);
    record.updated_on = record.created_on;
    return record;
}

/// Adds `trackers` to `records`, which then are the account's. Gives what was added.
Result<MemoryStore::Records> MemoryStore::add(const std::string& account, Records records,
                                              std::vector<TrackerDefinition> trackers, std::size_t at_most) {
    const std::size_t before = records.size();
    for (std::size_t i = 0; i < trackers.size(); ++i) {
        const std::string path = "/" + std::to_string(i);
        if (find_name(records, trackers[i].name) != records.end()) return Error{Errc::name_taken, "taken", path, {}};
        if (records.size() == at_most) {
            return Error{
                Errc::too_many, "the account would hold over " + std::to_string(at_most) + " trackers", path, {}};
        }
        records.push_back(record_of(std::move(trackers[i])));
    }
    Records added(records.begin() + static_cast<std::ptrdiff_t>(before), records.end());
    accounts_[account] = std::move(records);
    if (listener_) listener_(account);
    return added;
}

void MemoryStore::list(std::string account, std::optional<std::string> name, store::Done<Records> done) {
    run<Records>(
        [=, this]() -> Result<Records> {
            Records records = accounts_[account];
            if (name) std::erase_if(records, [&](const TrackerRecord& record) { return record.tracker.name != *name; });
            return records;
        },
        std::move(done));
}

void MemoryStore::get(std::string account, std::string id, store::Done<TrackerRecord> done) {
    run<TrackerRecord>(
        [=, this]() -> Result<TrackerRecord> {
            Records& records = accounts_[account];
            const auto found = find_id(records, id);
            if (found == records.end()) return Error{Errc::unknown_tracker, "unknown", {}, {}};
            return *found;
        },
        std::move(done));
}

void MemoryStore::create(std::string account, std::vector<TrackerDefinition> trackers, std::size_t at_most,
                         store::Done<Records> done) {
    run<Records>([=, this] { return add(account, accounts_[account], trackers, at_most); }, std::move(done));
}

void MemoryStore::update(std::string account, std::string id, Edit edit, store::Done<TrackerRecord> done) {
    run<TrackerRecord>(
        [=, this]() -> Result<TrackerRecord> {
            Records& records = accounts_[account];
            const auto found = find_id(records, id);
            if (found == records.end()) return Error{Errc::unknown_tracker, "unknown", {}, {}};
            if (auto first = edit(found->tracker); !first) return first.error();
            auto tracker = edit(found->tracker);
            if (!tracker) return tracker.error();
            const auto named = find_name(records, tracker->name);
            if (named != records.end() && named != found) return Error{Errc::name_taken, "taken", {}, {}};
            found->tracker = std::move(*tracker);
            found->tracker.id = id;
            found->updated_on = now();
            if (listener_) listener_(account);
            return *found;
        },
        std::move(done));
}

void MemoryStore::remove(std::string account, std::string id, store::Done<TrackerRecord> done) {
    run<TrackerRecord>(
        [=, this]() -> Result<TrackerRecord> {
            Records& records = accounts_[account];
            const auto found = find_id(records, id);
            if (found == records.end()) return Error{Errc::unknown_tracker, "unknown", {}, {}};
            TrackerRecord removed = std::move(*found);
            records.erase(found);
            if (listener_) listener_(account);
            return removed;
        },
        std::move(done));
}

void MemoryStore::replace_all(std::string account, std::vector<TrackerDefinition> trackers, std::size_t at_most,
                              store::Done<Records> done) {
    run<Records>(
        [=, this]() -> Result<Records> {
            Records before = accounts_[account];
            auto added = add(account, {}, trackers, at_most);
            if (!added) return added;
            for (TrackerRecord& record : accounts_[account]) {
                const auto old = find_name(before, record.tracker.name);
                if (old == before.end()) continue;
                record.tracker.id = old->tracker.id;
                record.created_on = old->created_on;
            }
            return accounts_[account];
        },
        std::move(done));
}

void MemoryStore::on_change(std::function<void(const std::string& account)> listener) {
    listener_ = std::move(listener);
}

}  // namespace earshot::testing
