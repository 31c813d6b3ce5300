#include "backends.hpp"
#include "store/connection.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

namespace earshot::store {
namespace {

using namespace std::chrono_literals;
using base::Errc;
using support::await;
using support::AwaitedStore;
using testing::ElementsAre;

/// What a database tells of its going and coming.
class Changes {
public:
    /// For DatabaseOptions; the Changes outlive the database.
    std::function<void(const base::Error*)> taker() {
        return [this](const base::Error* away) {
            const std::lock_guard lock(mutex_);
            told_.push_back(away ? "away" : "back");
            if (away && (away->code != Errc::store_away || away->details.empty())) told_.back() = "says nothing";
            changed_.notify_all();
        };
    }

    /// All of them, once there are as many as these.
    std::vector<std::string> await(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, 60s, [&] { return told_.size() >= count; });
        return told_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> told_;
};

/// A file whose folder goes and comes back: what SQLite has open it keeps, so that only new connections notice.
TEST(FileOutageTest, each_going_and_each_coming_back_is_told_once) {
    const support::TemporaryFolder folder;
    const auto there = folder.path() / "there";
    const auto elsewhere = folder.path() / "elsewhere";
    std::filesystem::create_directory(there);
    Changes changes;
    auto database = Database::open({.url = "sqlite:" + (there / "x.db").string(),
                                    .first_probe = 1ms,
                                    .longest_probe = 20ms,
                                    .on_change = changes.taker()})
                        .value();
    const auto fail = [&] {
        return await<int>([&](Done<int> done) {
            database->run<int>(
                Access::read, [](Connection&) -> base::Result<int> { throw soci::soci_error("disk I/O error"); }, done);
        });
    };
    for (std::size_t round = 1; round <= 2; ++round) {
        std::filesystem::rename(there, elsewhere);
        std::ofstream(there) << "in the way";  // otherwise SQLite would make the folder and the file anew
        // Each thread loses its connection, and one of them tries to get another.
        for (int times = 0; times < 10; ++times) EXPECT_FALSE(fail());
        EXPECT_EQ(changes.await(2 * round - 1).size(), 2 * round - 1);
        EXPECT_EQ(fail().error().code, Errc::store_away);

        std::filesystem::remove(there);
        std::filesystem::rename(elsewhere, there);
        changes.await(2 * round);
        EXPECT_TRUE(database->is_reachable());
    }
    EXPECT_THAT(changes.await(4), ElementsAre("away", "back", "away", "back"));
}

/// A PostgreSQL of this test's own, which it stops and starts.
class OutageTest : public testing::Test {
protected:
    void SetUp() override {
        if (!support::postgres_url()) GTEST_SKIP() << "needs a PostgreSQL: scripts/with-postgres ctest ...";
        server_.emplace();
        database_ =
            Database::open(
                {.url = server_->url(), .first_probe = 1ms, .longest_probe = 20ms, .on_change = changes_.taker()})
                .value();
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
    Changes changes_;
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
    EXPECT_THAT(changes_.await(2), ElementsAre("away", "back"));
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
