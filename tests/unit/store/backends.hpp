#pragma once

#include "earshot/store/sql_tracker_store.hpp"

#include "support/store/awaited_store.hpp"
#include "support/store/test_database.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace earshot::store {

/// Where a test of both back ends stands for a database.
class BackendTest : public testing::TestWithParam<support::BackendKind> {
protected:
    void SetUp() override {
        if (GetParam() == support::BackendKind::postgresql && !support::postgres_url()) {
            GTEST_SKIP() << "needs a PostgreSQL: scripts/with-postgres ctest ...";
        }
        place_ = support::TestDatabase::make(GetParam());
        options_.url = place_->url();
    }

    std::unique_ptr<Database> open() { return Database::open(options_).value(); }

    std::unique_ptr<support::TestDatabase> place_;
    DatabaseOptions options_;
};

inline std::string kind_name(const testing::TestParamInfo<support::BackendKind>& kind) {
    return testing::PrintToString(kind.param);
}

#define EARSHOT_FOR_BOTH_BACKENDS(Suite)                                                                               \
    INSTANTIATE_TEST_SUITE_P(, Suite, testing::Values(support::BackendKind::sqlite, support::BackendKind::postgresql), \
                             kind_name)

/// A tracker with a name and some phrases.
inline detect::TrackerDefinition tracker_of(std::string name, std::size_t phrases = 1) {
    detect::TrackerDefinition tracker;
    tracker.name = std::move(name);
    for (std::size_t number = 0; number < phrases; ++number) {
        tracker.vocabulary.push_back("how much does it cost, take " + std::to_string(number));
    }
    return tracker;
}

}  // namespace earshot::store
