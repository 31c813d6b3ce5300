#pragma once

#include "earshot/meaning/value_keeper.hpp"
#include "earshot/store/value_cache.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace earshot::app {

/// What module meaning wants kept, in the database. A database that is away keeps nothing, and nobody waits for it.
class StoredValues final : public meaning::ValueKeeper {
public:
    /// `cache` outlives it.
    explicit StoredValues(store::ValueCache& cache) : cache_(cache) {}

    void get(std::vector<std::string> keys, std::function<void(std::vector<std::string>)> done) override {
        const std::size_t count = keys.size();
        cache_.get(std::move(keys), now(), [count, done = std::move(done)](auto values) {
            done(values ? std::move(*values) : std::vector<std::string>(count));
        });
    }

    void put(std::vector<std::pair<std::string, std::string>> entries) override {
        std::vector<store::ValueCache::Entry> kept;
        for (auto& [key, value] : entries) kept.push_back({std::move(key), std::move(value)});
        cache_.put(std::move(kept), now(), [](const base::Result<bool>&) {});
    }

private:
    static base::WallTime now() {
        return std::chrono::time_point_cast<base::WallTime::duration>(std::chrono::system_clock::now());
    }

    store::ValueCache& cache_;
};

}  // namespace earshot::app
