#include "earshot/store/value_cache.hpp"

#include "value_rows.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace earshot::store {
namespace {

constexpr std::size_t k_longest_key = 256;
constexpr std::uint64_t k_share_to_trim = 64;  // of the whole that may be put before it is trimmed

bool is_key(const std::string& key) noexcept {
    return !key.empty() && key.size() <= k_longest_key &&
           std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

/// To the day, so that a value that is read all the time is written once a day.
long long day_of(base::WallTime now) noexcept {
    return std::chrono::floor<std::chrono::days>(now).time_since_epoch() / std::chrono::milliseconds(1);
}

/// One reading of many keys, a piece at a time: a transaction of thousands of keys would hold up others, and over a
/// slow line be taken for one that hangs.
class Reading : public std::enable_shared_from_this<Reading> {
public:
    Reading(Database& database, std::vector<std::string> keys, long long today, Done<std::vector<std::string>> done)
        : database_(database), keys_(std::move(keys)), values_(keys_.size()), today_(today), done_(std::move(done)) {}

    void read_on() {
        const std::size_t begin = read_;
        const std::size_t end = std::min(begin + k_keys_a_transaction, keys_.size());
        database_.run<bool>(
            Access::read,
            [self = shared_from_this(), begin, end](Connection& connection) {
                self->read(connection.prepared<ValueRows>(), begin, end);
                return base::Result<bool>(true);
            },
            [self = shared_from_this(), end](const base::Result<bool>& done) {
                if (!done) return self->done_(done.error());
                self->read_ = end;
                if (end == self->keys_.size()) return self->mark_on();
                self->read_on();
            });
    }

private:
    static constexpr std::size_t k_keys_a_transaction = 256;

    // A transaction may be tried again.
    void read(ValueRows& rows, std::size_t begin, std::size_t end) {
        std::erase_if(stale_, [begin](std::size_t index) { return index >= begin; });
        for (std::size_t i = begin; i < end; ++i) {
            long long used_on = today_;
            values_[i] = rows.of_key(keys_[i], used_on);
            if (used_on < today_) stale_.push_back(i);
        }
    }

    /// Where it fails, the values lose their place in the order, no more.
    void mark_on() {
        if (stale_.empty()) return done_(std::move(values_));
        const std::size_t count = std::min(k_keys_a_transaction, stale_.size());
        const std::vector<std::size_t> marked(stale_.end() - static_cast<std::ptrdiff_t>(count), stale_.end());
        stale_.resize(stale_.size() - count);
        database_.run<bool>(
            Access::write,
            [self = shared_from_this(), marked](Connection& connection) {
                auto& rows = connection.prepared<ValueRows>();
                for (const std::size_t index : marked) rows.use_key(self->keys_[index], self->today_);
                return base::Result<bool>(true);
            },
            [self = shared_from_this()](const base::Result<bool>& done) {
                if (!done) self->stale_.clear();
                self->mark_on();
            });
    }

    Database& database_;
    const std::vector<std::string> keys_;
    std::vector<std::string> values_;
    std::vector<std::size_t> stale_;  // keys that were not used today
    std::size_t read_ = 0;
    const long long today_;
    const Done<std::vector<std::string>> done_;
};

}  // namespace

ValueCache::ValueCache(Database& database, std::uint64_t at_most_bytes)
    : database_(database), at_most_bytes_(at_most_bytes), untrimmed_(at_most_bytes) {}

void ValueCache::get(std::vector<std::string> keys, base::WallTime now, Done<std::vector<std::string>> done) {
    std::make_shared<Reading>(database_, std::move(keys), day_of(now), std::move(done))->read_on();
}

/// To trim looks at all that is kept, so it is worth it only now and then.
bool ValueCache::is_to_trim(const std::vector<Entry>& entries) {
    std::uint64_t bytes = 0;
    for (const Entry& entry : entries) bytes += entry.value.size();
    if (untrimmed_.fetch_add(bytes) + bytes <= at_most_bytes_ / k_share_to_trim) return false;
    untrimmed_ = 0;
    return true;
}

void ValueCache::put(std::vector<Entry> entries, base::WallTime now, Done<bool> done) {
    for (const Entry& entry : entries) {
        if (is_key(entry.key) && !entry.value.empty()) continue;
        return done(base::Error{base::Errc::invalid_value, "a value is kept under a short key of ASCII", {}, {}});
    }
    const bool is_to_trim = this->is_to_trim(entries);
    database_.run<bool>(
        Access::write,
        [entries = std::move(entries), today = day_of(now), limit = at_most_bytes_,
         is_to_trim](Connection& connection) {
            connection.lock("made_values");
            auto& rows = connection.prepared<ValueRows>();
            for (const Entry& entry : entries) rows.insert(entry.key, entry.value, today);
            if (is_to_trim) rows.trim(limit);
            return base::Result<bool>(true);
        },
        std::move(done));
}

}  // namespace earshot::store
