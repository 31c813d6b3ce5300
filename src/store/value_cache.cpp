#include "earshot/store/value_cache.hpp"

#include "value_rows.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace earshot::store {
namespace {

constexpr std::size_t k_longest_key = 256;

bool is_key(const std::string& key) noexcept {
    return !key.empty() && key.size() <= k_longest_key &&
           std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

/// To the day, so that a value that is read all the time is written once a day.
long long day_of(base::WallTime now) noexcept {
    return std::chrono::floor<std::chrono::days>(now).time_since_epoch() / std::chrono::milliseconds(1);
}

}  // namespace

ValueCache::ValueCache(Database& database, std::uint64_t at_most_bytes)
    : database_(database), at_most_bytes_(at_most_bytes) {}

void ValueCache::get(std::vector<std::string> keys, base::WallTime now, Done<std::vector<std::string>> done) {
    const long long today = day_of(now);
    auto stale = std::make_shared<std::vector<std::string>>();
    database_.run<std::vector<std::string>>(
        Access::read,
        [keys = std::move(keys), today, stale](Connection& connection) {
            auto& rows = connection.prepared<ValueRows>();
            stale->clear();
            std::vector<std::string> values(keys.size());
            for (std::size_t i = 0; i < keys.size(); ++i) {
                long long used_on = today;
                values[i] = rows.of_key(keys[i], used_on);
                if (used_on < today) stale->push_back(keys[i]);
            }
            return base::Result<std::vector<std::string>>(std::move(values));
        },
        [&database = database_, today, stale, done = std::move(done)](base::Result<std::vector<std::string>> values) {
            if (!values || stale->empty()) return done(std::move(values));
            database.run<bool>(
                Access::write,
                [stale, today](Connection& connection) {
                    for (const auto& key : *stale) connection.prepared<ValueRows>().use_key(key, today);
                    return base::Result<bool>(true);
                },
                // Where it failed, the values lose their place in the order, no more.
                [values = std::move(values), done](const base::Result<bool>&) { done(values); });
        });
}

void ValueCache::put(std::vector<Entry> entries, base::WallTime now, Done<bool> done) {
    for (const Entry& entry : entries) {
        if (is_key(entry.key) && !entry.value.empty()) continue;
        return done(base::Error{base::Errc::invalid_value, "a value is kept under a short key of ASCII", {}, {}});
    }
    database_.run<bool>(
        Access::write,
        [entries = std::move(entries), today = day_of(now), limit = at_most_bytes_](Connection& connection) {
            connection.lock("made_values");
            auto& rows = connection.prepared<ValueRows>();
            for (const Entry& entry : entries) rows.insert(entry.key, entry.value, today);
            rows.trim(limit);
            return base::Result<bool>(true);
        },
        std::move(done));
}

}  // namespace earshot::store
