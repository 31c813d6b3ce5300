#include "backends.hpp"
#include "store/connection.hpp"
#include "support/store/random_trackers.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <latch>
#include <mutex>
#include <set>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/stat.h>
#include <thread>
#include <vector>

namespace earshot::store {
namespace {

using namespace std::chrono_literals;
using base::Errc;
using support::await;
using support::AwaitedStore;
using testing::HasSubstr;
using testing::Not;

class DatabaseTest : public BackendTest {
protected:
    /// As a statement does that another transaction is in the way of.
    [[noreturn]] static void throw_conflict() {
        if (GetParam() == support::BackendKind::sqlite) throw soci::sqlite3_soci_error("database is locked", 5);
        throw soci::postgresql_soci_error("could not serialize access", "40001");
    }
};

EARSHOT_FOR_BOTH_BACKENDS(DatabaseTest);

/// Occupies one thread of a database from construction until release().
class Blocker {
public:
    explicit Blocker(Database& database) {
        database.run<int>(
            Access::read,
            [this](Connection&) -> base::Result<int> {
                entered_.count_down();
                released_.wait();
                return 0;
            },
            [](base::Result<int>) {});
        entered_.wait();
    }
    void release() { released_.count_down(); }

private:
    std::latch entered_{1};
    std::latch released_{1};
};

TEST_P(DatabaseTest, a_full_queue_is_answered_at_once) {
    options_.threads = 1;
    options_.queue = 3;
    auto database = open();
    SqlTrackerStore store(*database);
    Blocker blocker(*database);
    std::atomic<int> answered = 0;

    for (int number = 0; number < 3; ++number)
        store.list("ann", {}, [&](auto result) { answered += result.has_value(); });
    EXPECT_EQ(database->waiting(), 3U);
    std::optional<Errc> refusal;
    store.list("ann", {}, [&](auto result) { refusal = result.error().code; });

    EXPECT_EQ(refusal, Errc::queue_full);
    EXPECT_EQ(answered, 0);
    blocker.release();
    database.reset();
    EXPECT_EQ(answered, 3);
}

TEST_P(DatabaseTest, ends_what_it_accepted_before_it_goes) {
    options_.threads = 2;
    auto database = open();
    auto store = std::make_unique<SqlTrackerStore>(*database);
    std::atomic<int> made = 0;
    Blocker first(*database);
    Blocker second(*database);
    for (int number = 0; number < 20; ++number) {
        store->create("ann", {tracker_of(std::to_string(number))}, 100,
                      [&](auto result) { made += result.has_value(); });
    }

    first.release();
    second.release();
    store.reset();
    database.reset();

    EXPECT_EQ(made, 20);
    database = open();
    SqlTrackerStore again(*database);
    EXPECT_EQ(AwaitedStore(again).list("ann").value().size(), 20U);
}

TEST_P(DatabaseTest, an_answer_comes_on_a_thread_of_its_own) {
    auto database = open();
    std::promise<std::thread::id> answered_on;

    database->run<int>(
        Access::read, [](Connection&) { return base::Result<int>(1); },
        [&](base::Result<int>) { answered_on.set_value(std::this_thread::get_id()); });

    EXPECT_NE(answered_on.get_future().get(), std::this_thread::get_id());
}

TEST_P(DatabaseTest, prepares_statements_once_a_connection) {
    struct Counted {
        explicit Counted(soci::session&) { ++made(); }
        static std::atomic<int>& made() {
            static std::atomic<int> made = 0;
            return made;
        }
    };
    Counted::made() = 0;
    options_.threads = 1;
    auto database = open();

    for (int round = 0; round < 5; ++round) {
        EXPECT_TRUE(await<int>([&](auto done) {
            database->run<int>(
                Access::write,
                [](Connection& connection) {
                    connection.prepared<Counted>();
                    return base::Result<int>(0);
                },
                done);
        }));
    }

    EXPECT_EQ(Counted::made(), 1);
}

// Other accounts, and this one, can still read.
TEST_P(DatabaseTest, those_that_write_leave_a_thread_to_those_that_read) {
    for (const std::size_t threads : {2U, 3U}) {
        options_.threads = threads;
        options_.lock_timeout = 60s;
        options_.transaction_timeout = 120s;
        auto database = open();
        SqlTrackerStore store(*database);
        auto held = place_->hold_writers_of("ann");
        std::atomic<int> made = 0;
        for (int number = 0; number < 10; ++number) {
            store.create("ann", {tracker_of(std::to_string(threads) + " " + std::to_string(number))}, 100,
                         [&](auto result) { made += result.has_value(); });
        }
        std::promise<bool> listed;
        store.list("bob", {}, [&](auto result) { listed.set_value(result.has_value()); });

        EXPECT_EQ(listed.get_future().wait_for(30s), std::future_status::ready);

        EXPECT_EQ(made, 0);
        held.reset();
        database.reset();
        EXPECT_EQ(made, 10);
    }
}

TEST_P(DatabaseTest, gives_way_to_others_for_a_while_and_then_tells) {
    options_.lock_timeout = 20ms;
    auto database = open();
    SqlTrackerStore tracker_store(*database);
    AwaitedStore store(tracker_store);
    ASSERT_TRUE(store.create("ann", {tracker_of("A")}));
    auto held = place_->hold_writers_of("ann");

    const auto refused = store.create("ann", {tracker_of("B")});
    EXPECT_EQ(refused.error().code, Errc::store_away) << refused.error().details;
    EXPECT_TRUE(store.list("ann")) << "readers go on";
    EXPECT_TRUE(database->is_reachable());

    held.reset();
    EXPECT_TRUE(store.create("ann", {tracker_of("B")}));
    EXPECT_EQ(store.list("ann").value().size(), 2U);
}

TEST_P(DatabaseTest, runs_a_transaction_anew_that_had_to_give_way_but_not_for_ever) {
    auto database = open();
    SqlTrackerStore tracker_store(*database);
    AwaitedStore store(tracker_store);
    const std::string id = store.create("ann", {tracker_of("A")}).value().front().tracker.id;
    std::uint64_t retries = 0;
    for (const int conflicts : {0, 1, 3, 4, 100}) {
        int runs = 0;
        const auto result = store.update("ann", id, [&](detect::TrackerDefinition tracker) {
            if (runs++ < conflicts) throw_conflict();
            tracker.description = std::to_string(conflicts);
            return tracker;
        });

        retries += static_cast<std::uint64_t>(std::min(conflicts, 3));
        EXPECT_EQ(runs, std::min(conflicts + 1, 4));
        EXPECT_EQ(database->retries(), retries);
        if (conflicts < 4) {
            EXPECT_EQ(result.value().tracker.description, std::to_string(conflicts));
        } else {
            EXPECT_EQ(result.error().code, Errc::store_away);
        }
    }
    EXPECT_EQ(store.get("ann", id).value().tracker.description, "3");
}

/// Creators of two servers, each with its own database object, on the same accounts.
TEST_P(DatabaseTest, creators_at_once_never_exceed_the_limit_nor_double_a_name) {
    constexpr std::size_t k_at_most = 12;
    options_.lock_timeout = 60s;
    options_.transaction_timeout = 120s;
    auto first = open();
    auto second = open();
    SqlTrackerStore stores[] = {SqlTrackerStore(*first), SqlTrackerStore(*second)};
    std::mutex mutex;
    std::vector<std::pair<std::string, detect::TrackerRecord>> made;
    {
        std::vector<std::jthread> creators;
        for (unsigned number = 0; number < 8; ++number) {
            creators.emplace_back([&, number] {
                AwaitedStore store(stores[number % 2]);
                support::RandomTrackers random(number);
                for (int round = 0; round < 10; ++round) {
                    const std::string account = random.one_in(2) ? "ann" : "bob";
                    const auto result = store.create(account, random.trackers(3), k_at_most);
                    const std::lock_guard lock(mutex);
                    if (!result) {
                        EXPECT_THAT(result.error().code, testing::AnyOf(Errc::name_taken, Errc::too_many))
                            << result.error().details;
                        continue;
                    }
                    for (const auto& record : *result) made.emplace_back(account, record);
                }
            });
        }
    }

    std::size_t kept = 0;
    for (const std::string account : {"ann", "bob"}) {
        const auto records = AwaitedStore(stores[0]).list(account).value();
        EXPECT_LE(records.size(), k_at_most);
        EXPECT_GT(records.size(), 3U);
        std::set<std::string> names;
        for (const auto& record : records) {
            EXPECT_TRUE(names.insert(record.tracker.name).second) << record.tracker.name;
            EXPECT_THAT(made, testing::Contains(std::pair(account, record)));
        }
        kept += records.size();
    }
    EXPECT_EQ(kept, made.size()) << "what was answered, and nothing else";
}

TEST_P(DatabaseTest, creators_at_once_reach_the_limit) {
    options_.lock_timeout = 60s;
    options_.transaction_timeout = 120s;
    options_.threads = 4;
    auto database = open();
    SqlTrackerStore store(*database);
    std::atomic<int> made = 0;
    for (int number = 0; number < 40; ++number) {
        store.create("ann", {tracker_of(std::to_string(number))}, 25, [&](auto result) { made += result.has_value(); });
    }
    database.reset();

    EXPECT_EQ(made, 25);
}

TEST(DatabaseUrlTest, one_that_is_no_database_is_refused_without_being_repeated) {
    for (const std::string url :
         {"", "mysql://root:secret@host/x", "sqlite", "sqlite:", "sqlite::memory:", "sqlite:secret\".db",
          "postgresql://user:secret@[::1/x", "postgresql://u:secret%zz@h/x", "postgresql://u:secret@h/x?colour=red",
          "postgresql"}) {
        const auto database = Database::open({.url = url});

        ASSERT_FALSE(database.has_value()) << url;
        EXPECT_EQ(database.error().code, Errc::invalid_value) << url;
        EXPECT_THAT(database.error().message + database.error().details, Not(HasSubstr("secret")));
    }
}

TEST(DatabaseUrlTest, a_place_that_cannot_be_reached_is_told) {
    support::TemporaryFolder folder;
    const std::string path = folder.path();
    for (const std::string& url : {"sqlite:" + path, std::string("sqlite:/dev/null/x.db"),
                                   "postgresql:///x?host=" + path + "&password=secret"}) {
        const auto database = Database::open({.url = url});

        ASSERT_FALSE(database.has_value()) << url;
        EXPECT_EQ(database.error().code, Errc::io_failed) << url;
        EXPECT_THAT(database.error().message, HasSubstr("cannot be opened"));
        EXPECT_THAT(database.error().details, testing::AllOf(Not(""), Not(HasSubstr("secret")), Not(HasSubstr("\n"))));
    }
}

TEST(DatabaseUrlTest, a_new_file_is_its_owners_alone_and_may_have_any_name) {
    support::TemporaryFolder folder;
    const std::string path = folder.path() / "new folder" / "a=b c; d'e.db";

    ASSERT_TRUE(Database::open({.url = "sqlite:" + path}));

    struct stat status{};
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    EXPECT_GT(status.st_size, 0);
}

}  // namespace
}  // namespace earshot::store
