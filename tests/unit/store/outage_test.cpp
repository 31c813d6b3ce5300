#include "backends.hpp"

#include <chrono>
#include <thread>

namespace earshot::store {
namespace {

using namespace std::chrono_literals;
using base::Errc;
using support::AwaitedStore;

/// A PostgreSQL of this test's own, which it stops and starts.
class OutageTest : public testing::Test {
protected:
    void SetUp() override {
        if (!support::postgres_url()) GTEST_SKIP() << "needs a PostgreSQL: scripts/with-postgres ctest ...";
        server_.emplace();
        database_ = Database::open({.url = server_->url(), .first_probe = 1ms, .longest_probe = 20ms}).value();
        tracker_store_.emplace(*database_);
        store_.emplace(*tracker_store_);
    }

    void TearDown() override { database_.reset(); }

    /// Waits until the store has found its server again.
    void await_reachable() {
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        while (!database_->is_reachable()) {
            ASSERT_LT(std::chrono::steady_clock::now(), deadline);
            std::this_thread::yield();
        }
    }

    std::optional<support::PostgresServer> server_;
    std::unique_ptr<Database> database_;
    std::optional<SqlTrackerStore> tracker_store_;
    std::optional<AwaitedStore> store_;
};

TEST_F(OutageTest, a_store_whose_server_is_away_says_so_and_finds_it_again_by_itself) {
    const auto made = store_->create("ann", {tracker_of("A")}).value();
    server_->stop();

    for (int round = 0; round < 100; ++round) {
        EXPECT_EQ(store_->create("ann", {tracker_of("B")}).error().code, Errc::store_away);
        EXPECT_EQ(store_->list("ann").error().code, Errc::store_away);
    }
    EXPECT_FALSE(database_->is_reachable());
    EXPECT_EQ(database_->waiting(), 0U);

    server_->start();
    await_reachable();
    EXPECT_EQ(store_->list("ann").value(), made);
    EXPECT_TRUE(store_->create("ann", {tracker_of("B")}));
}

TEST_F(OutageTest, while_it_is_away_an_answer_does_not_wait_for_a_thread) {
    server_->stop();
    EXPECT_EQ(store_->list("ann").error().code, Errc::store_away);

    std::optional<std::thread::id> answered_on;
    tracker_store_->list("ann", {}, [&](auto) { answered_on = std::this_thread::get_id(); });

    EXPECT_EQ(answered_on, std::this_thread::get_id());
}

TEST_F(OutageTest, a_restart_between_two_operations_is_not_noticed) {
    ASSERT_TRUE(store_->create("ann", {tracker_of("A")}));
    ASSERT_TRUE(store_->list("ann"));
    server_->stop();
    server_->start();

    EXPECT_TRUE(store_->create("ann", {tracker_of("B")}));
    EXPECT_TRUE(store_->list("ann"));
    EXPECT_EQ(store_->list("ann").value().size(), 2U);
}

TEST_F(OutageTest, a_database_may_go_while_its_server_is_away) {
    server_->stop();
    EXPECT_EQ(store_->list("ann").error().code, Errc::store_away);

    database_.reset();
}

}  // namespace
}  // namespace earshot::store
