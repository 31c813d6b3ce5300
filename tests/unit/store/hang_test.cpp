// A PostgreSQL that does not answer any more, without closing its connections.
#include "backends.hpp"
#include "store/connection.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <future>
#include <latch>
#include <mutex>
#include <string>
#include <vector>

namespace earshot::store {
namespace {

using namespace std::chrono_literals;
using base::Errc;
using support::await;
using support::AwaitedStore;
using testing::Each;
using testing::ElementsAre;

/// Processes that are stopped as long as this lives.
class Frozen {
public:
    explicit Frozen(std::vector<pid_t> processes) : processes_(std::move(processes)) { send(SIGSTOP); }
    ~Frozen() { send(SIGCONT); }
    Frozen(const Frozen&) = delete;
    Frozen& operator=(const Frozen&) = delete;

private:
    void send(int signal) {
        for (const pid_t process : processes_) EXPECT_EQ(::kill(process, signal), 0);
    }

    const std::vector<pid_t> processes_;
};

class HangTest : public testing::Test {
protected:
    void SetUp() override {
        if (!support::postgres_url()) GTEST_SKIP() << "needs a PostgreSQL: scripts/with-postgres ctest ...";
        server_.emplace();
        database_ = Database::open({.url = server_->url(),
                                    .threads = 2,
                                    .transaction_timeout = 500ms,
                                    .first_probe = 1ms,
                                    .longest_probe = 20ms,
                                    .on_change = [this](const base::Error* away) { take_down(away); }})
                        .value();
        tracker_store_.emplace(*database_);
        store_.emplace(*tracker_store_);
    }

    void TearDown() override { database_.reset(); }

    /// The server's processes that talk to clients.
    std::vector<pid_t> processes() {
        return await<std::vector<pid_t>>([&](auto done) {
                   database_->run<std::vector<pid_t>>(
                       Access::read,
                       [](Connection& connection) -> base::Result<std::vector<pid_t>> {
                           const soci::rowset<int> found =
                               (connection.sql().prepare
                                << "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' UNION ALL"
                                   " SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)::int");
                           return std::vector<pid_t>(found.begin(), found.end());
                       },
                       done);
               })
            .value();
    }

    /// Has both threads make a connection, and statements on it that are prepared.
    void use_both_threads() {
        std::latch both(2);
        std::vector<std::future<bool>> done;
        for (int thread = 0; thread < 2; ++thread) {
            auto answer = std::make_shared<std::promise<bool>>();
            done.push_back(answer->get_future());
            database_->run<int>(
                Access::read,
                [&both](Connection& connection) -> base::Result<int> {
                    both.arrive_and_wait();
                    soci::statement& one = connection.prepared<One>().statement;
                    one.execute(true);
                    return 1;
                },
                [answer](auto result) { answer->set_value(result.has_value()); });
        }
        for (std::future<bool>& each : done) EXPECT_TRUE(each.get());
    }

    std::vector<std::string> await_changes(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, 60s, [&] { return told_.size() >= count; });
        return told_;
    }

    struct One {
        explicit One(soci::session& sql) : statement((sql.prepare << "SELECT 1", soci::into(value))) {}
        int value = 0;
        soci::statement statement;
    };

    std::optional<support::PostgresServer> server_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> told_;
    std::unique_ptr<Database> database_;
    std::optional<SqlTrackerStore> tracker_store_;
    std::optional<AwaitedStore> store_;

private:
    void take_down(const base::Error* away) {
        const std::lock_guard lock(mutex_);
        told_.emplace_back(away ? away->message : "back");
        changed_.notify_all();
    }
};

TEST_F(HangTest, a_server_that_hangs_is_away_and_is_found_when_it_goes_on) {
    const auto made = store_->create("ann", {tracker_of("A")}).value();
    {
        const Frozen frozen(processes());

        EXPECT_EQ(store_->create("ann", {tracker_of("B")}).error().code, Errc::store_away);

        EXPECT_FALSE(database_->is_reachable());
        EXPECT_EQ(store_->list("ann").error().code, Errc::store_away);
    }
    EXPECT_THAT(await_changes(2), ElementsAre("the database does not answer", "back"));
    EXPECT_EQ(store_->list("ann").value(), made);
    EXPECT_TRUE(store_->create("ann", {tracker_of("B")}));
}

TEST_F(HangTest, what_waits_for_a_hanging_server_does_not_hold_up_the_end) {
    use_both_threads();
    std::vector<Errc> answers;
    std::mutex mutex;
    std::future<void> end;  // waits for its thread, after the processes go on
    const Frozen frozen(processes());
    for (int number = 0; number < 10; ++number) {
        tracker_store_->list("ann", {}, [&](auto result) {
            const std::lock_guard lock(mutex);
            answers.push_back(result ? Errc::internal : result.error().code);
        });
    }

    end = std::async(std::launch::async, [&] { database_.reset(); });

    ASSERT_EQ(end.wait_for(60s), std::future_status::ready);
    EXPECT_EQ(answers.size(), 10U);
    EXPECT_THAT(answers, Each(Errc::store_away));
}

TEST_F(HangTest, idle_connections_to_a_hanging_server_do_not_hold_up_the_end) {
    use_both_threads();
    std::future<void> end;
    const Frozen frozen(processes());

    end = std::async(std::launch::async, [&] { database_.reset(); });

    EXPECT_EQ(end.wait_for(60s), std::future_status::ready);
}

}  // namespace
}  // namespace earshot::store
