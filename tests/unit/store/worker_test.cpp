#include "store/worker.hpp"

#include "backends.hpp"

#include <gmock/gmock.h>

#include <libpq-fe.h>
#include <soci/postgresql/soci-postgresql.h>
#include <sys/socket.h>
#include <vector>

namespace earshot::store {
namespace {

using testing::ElementsAre;

class WorkerTest : public BackendTest {
protected:
    std::atomic<std::uint64_t> retries_ = 0;
    Watchdog watchdog_{std::chrono::hours(1), [](const base::Error&) {}};
};

EARSHOT_FOR_BOTH_BACKENDS(WorkerTest);

TEST_P(WorkerTest, connects_once_but_anew_for_each_probe) {
    const auto backend = make_backend(options_).value();
    std::vector<bool> attempts;
    Worker worker(*backend, [&](const base::Error* away) { attempts.push_back(!away); }, retries_, watchdog_);
    int runs = 0;
    const Database::Task task{Access::read, [&](Connection&) { return ++runs > 0; }, {}};

    EXPECT_EQ(worker.serve(task), std::nullopt);
    EXPECT_EQ(worker.serve(task), std::nullopt);
    EXPECT_THAT(attempts, ElementsAre(true));

    worker.probe();
    EXPECT_THAT(attempts, ElementsAre(true, true)) << "a connection of the time before says nothing";
    EXPECT_EQ(worker.serve(task), std::nullopt);
    EXPECT_THAT(attempts, ElementsAre(true, true));
    EXPECT_EQ(runs, 3);
    EXPECT_EQ(retries_, 0U);
}

TEST_P(WorkerTest, tells_what_cannot_be_reached) {
    options_.url =
        GetParam() == support::BackendKind::sqlite ? "sqlite:/dev/null/x.db" : "postgresql:///x?host=/nowhere";
    const auto backend = make_backend(options_).value();
    std::vector<bool> attempts;
    Worker worker(*backend, [&](const base::Error* away) { attempts.push_back(!away); }, retries_, watchdog_);

    const auto error = worker.serve({Access::read, [](Connection&) { return true; }, {}});
    worker.probe();

    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->code, base::Errc::store_away);
    EXPECT_NE(error->details, "");
    EXPECT_THAT(attempts, ElementsAre(false, false));
}

class LostConnectionTest : public WorkerTest {
protected:
    /// As if the server had gone.
    static void cut(Connection& connection) {
        PGconn* handle = static_cast<soci::postgresql_session_backend*>(connection.sql().get_backend())->conn_;
        ASSERT_EQ(shutdown(PQsocket(handle), SHUT_RDWR), 0);
    }
};

INSTANTIATE_TEST_SUITE_P(, LostConnectionTest, testing::Values(support::BackendKind::postgresql), kind_name);

TEST_P(LostConnectionTest, a_transaction_runs_again_on_another_connection_unless_it_may_be_in_force) {
    const auto backend = make_backend(options_).value();
    Worker worker(*backend, [](const base::Error*) {}, retries_, watchdog_);
    ASSERT_EQ(worker.serve({Access::write, [](Connection&) { return true; }, {}}), std::nullopt);
    int runs = 0;

    const auto before_commit = worker.serve({Access::write,
                                             [&](Connection& connection) {
                                                 if (++runs == 1) cut(connection);
                                                 connection.sql() << "SELECT 1";
                                                 return true;
                                             },
                                             {}});
    EXPECT_EQ(before_commit, std::nullopt);
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(retries_, 1U);

    const auto in_doubt = worker.serve({Access::write,
                                        [&](Connection& connection) {
                                            ++runs;
                                            cut(connection);
                                            return true;
                                        },
                                        {}});
    ASSERT_TRUE(in_doubt.has_value());
    EXPECT_EQ(in_doubt->code, base::Errc::store_away);
    EXPECT_EQ(runs, 3);
    EXPECT_EQ(retries_, 1U);
}

}  // namespace
}  // namespace earshot::store
