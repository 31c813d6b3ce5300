#include "store/prepare_schema.hpp"

#include "backends.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace earshot::store {
namespace {

/// A new file that another server is about to switch to its write-ahead log.
class PrepareSchemaTest : public testing::Test {
protected:
    PrepareSchemaTest() {
        options_.url = place_->url();
        options_.lock_timeout = std::chrono::milliseconds(1);
        backend_ = make_backend(options_).value();
        held_ = place_->hold_writers_of("");
    }

    const std::unique_ptr<support::TestDatabase> place_ = support::TestDatabase::make(support::BackendKind::sqlite);
    DatabaseOptions options_;
    std::unique_ptr<Backend> backend_;
    support::Held held_;
};

TEST_F(PrepareSchemaTest, goes_on_when_the_other_has_done_its_part) {
    int pauses = 0;

    const auto error = prepare_schema(*backend_, [&] {
        if (++pauses == 20) held_.reset();
        return true;
    });

    EXPECT_EQ(error, std::nullopt);
    EXPECT_EQ(pauses, 20);
    EXPECT_TRUE(Database::open(options_));
}

TEST_F(PrepareSchemaTest, does_not_wait_for_ever) {
    int pauses = 0;

    const auto error = prepare_schema(*backend_, [&] { return ++pauses < 5; });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, base::Errc::io_failed);
    EXPECT_EQ(pauses, 5);
}

TEST_F(PrepareSchemaTest, what_is_no_conflict_is_told_at_once) {
    options_.url = "sqlite:/dev/null/x.db";
    backend_ = make_backend(options_).value();

    const auto error = prepare_schema(*backend_, [] {
        ADD_FAILURE();
        return false;
    });

    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, base::Errc::io_failed);
}

}  // namespace
}  // namespace earshot::store
