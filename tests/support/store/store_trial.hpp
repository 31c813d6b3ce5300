#pragma once

#include "earshot/store/sql_tracker_store.hpp"

#include "support/store/awaited_store.hpp"
#include "support/store/model_store.hpp"
#include "support/store/random_trackers.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace earshot::support {

/// Random operations on a store and on a model of it, one after the other.
class StoreTrial {
public:
    /// Two accounts, of which each may keep `at_most` trackers.
    StoreTrial(std::uint64_t seed, std::size_t at_most) : random_(seed), at_most_(at_most) {}

    /// From now on the store of this database, whose content the model knows.
    void open(store::Database& database);

    /// One operation. What is not as in the model, in words; none: all is.
    std::optional<std::string> step();

    /// What is not as in the model in the accounts' lists.
    std::optional<std::string> compare();

    /// Whether the last step failed for want of the database; the model has not done it.
    bool was_cut() const noexcept { return static_cast<bool>(cut_); }

    /// After a step that was cut, and a new open(): as compare(), but that step may have been done.
    std::optional<std::string> compare_after_cut();

    RandomTrackers& random() noexcept { return random_; }

private:
    using Records = ModelStore::Records;

    std::optional<std::string> create();
    std::optional<std::string> update();
    std::optional<std::string> remove();
    std::optional<std::string> replace_all();
    std::optional<std::string> look();

    std::string some_id();
    base::WallTime now() const { return base::WallTime(std::chrono::milliseconds(*time_)); }

    /// Does in the model what gave `result` in the store, by `apply(model, records of the store)`.
    template <typename T, typename Apply>
    std::optional<std::string> judge(const char* what, const base::Result<T>& result, Apply apply);

    RandomTrackers random_;
    const std::size_t at_most_;
    std::string account_;
    // Shared with the store's sources.
    std::shared_ptr<std::atomic<std::int64_t>> time_ = std::make_shared<std::atomic<std::int64_t>>(1'700'000'000'000);
    std::unique_ptr<store::SqlTrackerStore> store_;
    std::optional<AwaitedStore> awaited_;
    ModelStore model_;
    std::function<void(ModelStore&, const Records&)> cut_;  ///< the step that was cut
};

}  // namespace earshot::support
