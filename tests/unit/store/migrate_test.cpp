#include "backends.hpp"
#include "store/migrations.hpp"

#include <gmock/gmock.h>

#include <latch>
#include <thread>
#include <vector>

namespace earshot::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A colon, a semicolon and a comment, which a library may take for something else.
constexpr const char* k_table = "CREATE TABLE things (name TEXT); -- of :things\nINSERT INTO things VALUES (':a;');";
constexpr const char* k_row = "INSERT INTO things VALUES ('second')";
constexpr const char* k_broken = "INSERT INTO things VALUES ('half'); INSERT INTO nowhere VALUES (1);";

constexpr Migration k_first{1, "first", k_table, k_table};
constexpr Migration k_second{2, "second", k_row, k_row};
constexpr Migration k_second_broken{2, "second", k_broken, k_broken};

class MigrateTest : public BackendTest {
protected:
    void SetUp() override {
        BackendTest::SetUp();
        if (IsSkipped()) return;
        backend_ = make_backend(options_).value();
        connection_ = Connection::open(*backend_);
    }

    std::optional<base::Error> apply(const std::vector<Migration>& migrations) {
        return migrate(*connection_, migrations, base::WallTime(std::chrono::milliseconds(1234)));
    }

    std::vector<std::string> texts(const std::string& query) {
        std::vector<std::string> found;
        std::string text;
        soci::statement statement = (connection_->sql().prepare << query, soci::into(text));
        for_each_row(statement, [&] { found.push_back(text); });
        return found;
    }

    std::unique_ptr<Backend> backend_;
    std::unique_ptr<Connection> connection_;
};

EARSHOT_FOR_BOTH_BACKENDS(MigrateTest);

TEST_P(MigrateTest, applies_what_is_lacking_once_and_in_order) {
    EXPECT_EQ(apply({k_first}), std::nullopt);
    EXPECT_EQ(apply({k_first, k_second}), std::nullopt);
    EXPECT_EQ(apply({k_first, k_second}), std::nullopt);

    EXPECT_THAT(texts("SELECT name FROM things ORDER BY name"), ElementsAre(":a;", "second"));
    EXPECT_THAT(texts("SELECT name FROM schema_migrations ORDER BY version"), ElementsAre("first", "second"));
    EXPECT_THAT(texts("SELECT CAST(applied_on AS TEXT) FROM schema_migrations WHERE version = 1"), ElementsAre("1234"));
}

TEST_P(MigrateTest, one_that_fails_leaves_nothing_behind) {
    const auto error = apply({k_first, k_second_broken});

    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->code, base::Errc::io_failed);
    EXPECT_THAT(error->details, HasSubstr("nowhere"));
    EXPECT_THAT(texts("SELECT name FROM things"), ElementsAre(":a;"));
    EXPECT_THAT(texts("SELECT name FROM schema_migrations"), ElementsAre("first"));

    EXPECT_EQ(apply({k_first, k_second}), std::nullopt) << "when it has been put right";
}

TEST_P(MigrateTest, a_schema_that_is_newer_than_the_program_is_told) {
    ASSERT_EQ(apply({k_first, k_second}), std::nullopt);

    const auto error = apply({k_first});

    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->code, base::Errc::io_failed);
    EXPECT_THAT(error->message, HasSubstr("version 2, newer than this program, which knows 1"));
}

TEST_P(MigrateTest, a_server_does_not_start_on_a_newer_schema) {
    ASSERT_TRUE(open());
    place_->execute("INSERT INTO schema_migrations (version, name, applied_on) VALUES (99, 'later', 0)");

    const auto database = Database::open(options_);

    ASSERT_FALSE(database.has_value());
    EXPECT_EQ(database.error().code, base::Errc::io_failed);
    EXPECT_THAT(database.error().message, HasSubstr("version 99"));
}

TEST_P(MigrateTest, servers_that_start_at_once_apply_each_migration_once) {
    for (int round = 0; round < 5; ++round) {
        place_ = support::TestDatabase::make(GetParam());
        options_.url = place_->url();
        constexpr int k_servers = 6;
        std::latch ready(k_servers);
        std::vector<std::string> errors(k_servers);
        {
            std::vector<std::jthread> servers;
            for (std::string& error : errors) {
                servers.emplace_back([&] {
                    ready.arrive_and_wait();
                    const auto database = Database::open(options_);
                    if (!database) error = database.error().message + ": " + database.error().details;
                });
            }
        }

        EXPECT_THAT(errors, testing::Each("")) << "round " << round;
        EXPECT_TRUE(open());
    }
}

TEST(MigrationsTest, all_are_numbered_and_there_in_both_dialects) {
    int version = 0;
    for (const Migration& migration : all_migrations()) {
        EXPECT_EQ(migration.version, ++version);
        EXPECT_FALSE(migration.name.empty());
        EXPECT_THAT(std::string(migration.sqlite), HasSubstr(";"));
        EXPECT_THAT(std::string(migration.postgresql), HasSubstr(";"));
    }
    EXPECT_GE(version, 1);
}

}  // namespace
}  // namespace earshot::store
