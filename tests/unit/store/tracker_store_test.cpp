#include "backends.hpp"
#include "definition_json.hpp"
#include "support/environment.hpp"
#include "support/store/store_trial.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <set>
#include <stdexcept>

namespace earshot::store {
namespace {

using base::Errc;
using detect::TrackerDefinition;
using support::AwaitedStore;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> names_of(const AwaitedStore::Records& records) {
    std::vector<std::string> names;
    for (const auto& record : records.value()) names.push_back(record.tracker.name);
    return names;
}

class TrackerStoreTest : public BackendTest {
protected:
    void SetUp() override {
        BackendTest::SetUp();
        if (!IsSkipped()) restart();
    }

    void restart(TrackerStoreSources sources = {}, std::size_t account_bytes = k_account_bytes) {
        database_.reset();
        database_ = open();
        tracker_store_ = std::make_unique<SqlTrackerStore>(*database_, std::move(sources), account_bytes);
        store_.emplace(*tracker_store_);
    }

    void expect_error(const auto& result, Errc code, const std::string& path) {
        ASSERT_FALSE(result.has_value());
        EXPECT_EQ(result.error().code, code) << result.error().message << ": " << result.error().details;
        EXPECT_EQ(result.error().path, path);
    }

    std::unique_ptr<Database> database_;
    std::unique_ptr<SqlTrackerStore> tracker_store_;
    std::optional<AwaitedStore> store_;
};

EARSHOT_FOR_BOTH_BACKENDS(TrackerStoreTest);

TEST_P(TrackerStoreTest, equals_a_plain_model_after_any_operations) {
    const std::uint64_t first = support::from_environment("EARSHOT_STORE_SEED", 1);
    const std::uint64_t trials = support::from_environment("EARSHOT_STORE_TRIALS", 12);
    for (std::uint64_t seed = first; seed < first + trials; ++seed) {
        SCOPED_TRACE("EARSHOT_STORE_SEED=" + std::to_string(seed));
        place_ = support::TestDatabase::make(GetParam());
        options_.url = place_->url();
        auto database = open();
        support::StoreTrial trial(seed, 6);
        trial.open(*database);

        for (int step = 0; step < 60; ++step) {
            if (trial.random().one_in(20)) {
                database.reset();
                database = open();
                trial.open(*database);
            }
            ASSERT_EQ(trial.step(), std::nullopt) << "step " << step;
            ASSERT_FALSE(trial.was_cut()) << "step " << step;
            ASSERT_EQ(trial.compare(), std::nullopt) << "step " << step;
        }
    }
}

TEST_P(TrackerStoreTest, keeps_every_member_of_any_definition) {
    support::RandomTrackers random(7);
    for (int round = 0; round < 300; ++round) {
        TrackerDefinition tracker = random.tracker();
        const auto made = store_->replace_all("ann", {tracker});
        tracker.id = made.value().front().tracker.id;

        ASSERT_EQ(store_->get("ann", tracker.id).value().tracker, tracker) << "round " << round;
    }
}

TEST_P(TrackerStoreTest, names_are_compared_byte_by_byte) {
    const std::vector<std::string> names{"caf\xC3\xA9", "cafe\xCC\x81",     "Cafe", "cafe",
                                         "cafe ",       "\xF0\x9F\x93\x9E", ""};
    std::vector<TrackerDefinition> trackers;
    for (const std::string& name : names) trackers.push_back(tracker_of(name));

    ASSERT_TRUE(store_->create("ann", trackers));

    EXPECT_EQ(names_of(store_->list("ann")), names);
    for (const std::string& name : names) EXPECT_THAT(names_of(store_->list("ann", name)), ElementsAre(name));
    EXPECT_THAT(names_of(store_->list("ann", "CAFE")), IsEmpty());
}

TEST_P(TrackerStoreTest, gives_ids_that_are_unlike_each_other) {
    std::vector<TrackerDefinition> trackers;
    for (int number = 0; number < 100; ++number) trackers.push_back(tracker_of(std::to_string(number)));
    const auto records = store_->create("ann", trackers).value();

    std::set<std::string> ids;
    for (const auto& record : records) {
        EXPECT_THAT(record.tracker.id, testing::MatchesRegex("[1-9][0-9]{15}"));
        ids.insert(record.tracker.id);
    }
    EXPECT_EQ(ids.size(), 100U);
}

TEST_P(TrackerStoreTest, asks_again_for_an_id_that_is_taken) {
    std::vector<std::string> ids{"1000000000000001", "1000000000000001", "1000000000000001", "1000000000000002"};
    TrackerStoreSources sources;
    sources.make_id = [&, next = 0U]() mutable { return ids.at(next++); };
    restart(sources);

    ASSERT_TRUE(store_->create("ann", {tracker_of("A")}));
    const auto second = store_->create("bob", {tracker_of("A")});

    EXPECT_EQ(second.value().front().tracker.id, "1000000000000002");
}

TEST_P(TrackerStoreTest, gives_up_where_no_id_is_free) {
    TrackerStoreSources sources;
    sources.make_id = [] { return "1000000000000001"; };
    restart(sources);

    const auto result = store_->create("ann", {tracker_of("A"), tracker_of("B")});

    expect_error(result, Errc::internal, "");
    EXPECT_THAT(store_->list("ann").value(), IsEmpty());
}

TEST_P(TrackerStoreTest, adds_all_trackers_or_none) {
    ASSERT_TRUE(store_->create("ann", {tracker_of("Old")}));

    expect_error(store_->create("ann", {tracker_of("A"), tracker_of("B"), tracker_of("A")}), Errc::name_taken, "/2");
    expect_error(store_->create("ann", {tracker_of("A"), tracker_of("Old")}), Errc::name_taken, "/1");
    expect_error(store_->create("ann", {tracker_of("A"), tracker_of("B")}, 2), Errc::too_many, "/1");
    expect_error(store_->replace_all("ann", {tracker_of("A"), tracker_of("B")}, 1), Errc::too_many, "/1");
    expect_error(store_->replace_all("ann", {tracker_of("A"), tracker_of("A")}), Errc::name_taken, "/1");

    EXPECT_THAT(names_of(store_->list("ann")), ElementsAre("Old"));
    EXPECT_TRUE(store_->create("ann", {tracker_of("A")}, 2));
}

// Letters of two bytes, since a bound on characters would be none on memory.
TEST_P(TrackerStoreTest, bounds_the_bytes_of_an_account_and_each_account_has_its_own) {
    const auto of_bytes = [](const std::string& name, std::size_t bytes) {
        TrackerDefinition tracker;
        tracker.name = name;
        tracker.vocabulary.emplace_back();
        for (std::size_t taken = name.size() + write_definition(tracker, "")->size(); taken < bytes; taken += 2) {
            tracker.vocabulary.back() += "\xC3\xA9";
        }
        EXPECT_EQ(name.size() + write_definition(tracker, "")->size(), bytes);
        return tracker;
    };
    restart({}, 1000);

    expect_error(store_->create("ann", {of_bytes("A", 500), of_bytes("B", 502)}), Errc::too_large, "/1");
    const auto made = store_->create("ann", {of_bytes("A", 500), of_bytes("B", 500)}).value();
    const std::string id = made[1].tracker.id;
    expect_error(store_->create("ann", {tracker_of("C")}), Errc::too_large, "/0");
    expect_error(store_->update("ann", id, [&](auto&) { return of_bytes("B", 502); }), Errc::too_large, "");
    expect_error(store_->replace_all("ann", {of_bytes("A", 500), of_bytes("C", 502)}), Errc::too_large, "/1");
    EXPECT_EQ(store_->list("ann").value(), made);

    EXPECT_TRUE(store_->update("ann", id, [&](auto&) { return of_bytes("C", 500); }));
    EXPECT_TRUE(store_->replace_all("ann", {of_bytes("A", 502), of_bytes("D", 498)}));
    EXPECT_TRUE(store_->create("bob", {of_bytes("A", 1000)}));
}

TEST_P(TrackerStoreTest, who_has_more_bytes_than_are_allowed_now_may_have_less_but_not_more) {
    const auto made = store_->create("ann", {tracker_of("A", 10), tracker_of("B", 10)}).value();
    const std::string id = made[0].tracker.id;
    restart({}, 10);

    expect_error(store_->create("ann", {tracker_of("C")}), Errc::too_large, "/0");
    expect_error(store_->update("ann", id, [](auto&) { return tracker_of("A", 11); }), Errc::too_large, "");
    EXPECT_TRUE(store_->update("ann", id, [](auto&) { return tracker_of("C", 10); }));
    EXPECT_TRUE(store_->replace_all("ann", {tracker_of("C", 9), tracker_of("D", 10)}));
    expect_error(store_->replace_all("ann", {tracker_of("C", 10), tracker_of("D", 10)}), Errc::too_large, "/1");
    EXPECT_TRUE(store_->remove("ann", id));
}

TEST_P(TrackerStoreTest, undoes_what_a_failure_leaves_half_done) {
    ASSERT_TRUE(store_->create("ann", {tracker_of("A"), tracker_of("Gone")}));
    TrackerStoreSources sources;
    sources.make_id = [made = 0]() mutable {
        if (++made == 3) throw std::runtime_error("out of ids");
        return random_tracker_id();
    };
    restart(sources);

    const auto result =
        store_->replace_all("ann", {tracker_of("A"), tracker_of("B"), tracker_of("C"), tracker_of("D")});

    expect_error(result, Errc::internal, "");
    EXPECT_THAT(names_of(store_->list("ann")), ElementsAre("A", "Gone"));
    EXPECT_TRUE(store_->create("ann", {tracker_of("E")})) << "the store goes on";
}

TEST_P(TrackerStoreTest, an_edit_is_given_the_tracker_and_may_refuse) {
    const auto made = store_->create("ann", {tracker_of("A"), tracker_of("B")}).value();
    const std::string id = made[1].tracker.id;
    TrackerDefinition seen;

    const auto refused = store_->update("ann", id, [&](const TrackerDefinition& tracker) {
        seen = tracker;
        return base::Error{Errc::invalid_pattern, "no", "/patterns/0", {}};
    });
    const auto clash = store_->update("ann", id, [](TrackerDefinition tracker) {
        tracker.name = "A";
        return tracker;
    });

    EXPECT_EQ(seen, made[1].tracker);
    expect_error(refused, Errc::invalid_pattern, "/patterns/0");
    expect_error(clash, Errc::name_taken, "");
    EXPECT_EQ(store_->list("ann").value(), made);
}

TEST_P(TrackerStoreTest, accounts_do_not_see_each_other) {
    const std::string id = store_->create("ann", {tracker_of("A")}).value().front().tracker.id;
    const auto edit = [](const TrackerDefinition& tracker) { return tracker; };

    for (const std::string account : {"Ann", "ann ", "bob", ""}) {
        EXPECT_THAT(store_->list(account).value(), IsEmpty());
        expect_error(store_->get(account, id), Errc::unknown_tracker, "");
        expect_error(store_->update(account, id, edit), Errc::unknown_tracker, "");
        expect_error(store_->remove(account, id), Errc::unknown_tracker, "");
        EXPECT_TRUE(store_->replace_all(account, {}));
    }
    EXPECT_TRUE(store_->get("ann", id));
}

// PostgreSQL's text ends at U+0000: what follows it would be cut off, and another tracker or account meant.
TEST_P(TrackerStoreTest, refuses_what_no_database_can_hold) {
    const std::string zero("a\0b", 3);
    const std::string id = store_->create("a", {tracker_of("a")}).value().front().tracker.id;
    TrackerDefinition endless = tracker_of("B");
    endless.cooldown_seconds = std::numeric_limits<double>::infinity();
    TrackerDefinition broken = tracker_of("B");
    broken.exclude_vocabulary = {"fine", "\xFF"};

    expect_error(store_->create("a", {tracker_of("B"), tracker_of(zero)}), Errc::invalid_value, "/1/name");
    expect_error(store_->create("a", {tracker_of("\xC3")}), Errc::invalid_utf8, "/0/name");
    expect_error(store_->create("a", {endless}), Errc::invalid_value, "/0/cooldownSeconds");
    expect_error(store_->create("a", {broken}), Errc::invalid_utf8, "/0/excludeVocabulary");
    expect_error(store_->replace_all("a", {tracker_of(zero)}), Errc::invalid_value, "/0/name");
    expect_error(store_->update("a", id, [&](auto&) { return tracker_of(zero); }), Errc::invalid_value, "/name");
    expect_error(store_->list(zero), Errc::invalid_value, "");
    expect_error(store_->create(zero, {tracker_of("B")}), Errc::invalid_value, "");
    expect_error(store_->get("a", id + zero), Errc::unknown_tracker, "");
    expect_error(store_->get("a", std::string(1, '\0')), Errc::unknown_tracker, "");
    expect_error(store_->remove("a", (id + '\0') + '1'), Errc::unknown_tracker, "");
    expect_error(store_->get("a", id + '\0'), Errc::unknown_tracker, "");
    EXPECT_THAT(store_->list("a", zero).value(), IsEmpty());
    EXPECT_THAT(names_of(store_->list("a")), ElementsAre("a"));
}

TEST_P(TrackerStoreTest, takes_names_up_to_their_bound) {
    // Random letters, since PostgreSQL would press others.
    std::mt19937 random(3);
    std::string name(2048, 'a');
    for (char& c : name) c = static_cast<char>('!' + random() % 90);
    const std::string account = name.substr(0, 256);

    EXPECT_TRUE(store_->create(account, {tracker_of(name)}));
    expect_error(store_->create(account, {tracker_of(name + "a")}), Errc::too_large, "/0/name");
    expect_error(store_->list(account + "a"), Errc::invalid_value, "");
}

TEST_P(TrackerStoreTest, takes_500_trackers_of_50_phrases_at_once) {
    std::vector<TrackerDefinition> trackers;
    for (int number = 0; number < 500; ++number) trackers.push_back(tracker_of("T" + std::to_string(number), 50));

    const auto made = store_->create("ann", trackers);

    ASSERT_EQ(made.value().size(), 500U);
    EXPECT_EQ(store_->list("ann").value(), *made);
}

TEST_P(TrackerStoreTest, tells_each_change_that_is_in_force_before_its_answer) {
    std::vector<std::string> told;
    tracker_store_->on_change([&](const std::string& account) { told.push_back(account); });

    const std::string id = store_->create("ann", {tracker_of("A")}).value().front().tracker.id;
    EXPECT_THAT(told, ElementsAre("ann"));
    EXPECT_TRUE(store_->update("ann", id, [](TrackerDefinition tracker) { return tracker; }));
    EXPECT_THAT(told, ElementsAre("ann", "ann"));
    EXPECT_TRUE(store_->replace_all("bob", {tracker_of("A")}));
    EXPECT_THAT(told, ElementsAre("ann", "ann", "bob"));
    EXPECT_TRUE(store_->remove("ann", id));
    EXPECT_THAT(told, ElementsAre("ann", "ann", "bob", "ann"));

    EXPECT_FALSE(store_->remove("ann", id));
    EXPECT_FALSE(store_->create("bob", {tracker_of("A")}));
    EXPECT_TRUE(store_->list("bob"));
    EXPECT_EQ(told.size(), 4U);
}

// The connection may have been lost in the middle of the commit: whoever knows the trackers has to look.
TEST_P(TrackerStoreTest, tells_of_a_change_that_may_be_in_force) {
    options_.lock_timeout = std::chrono::milliseconds(1);
    restart();
    std::vector<std::string> told;
    tracker_store_->on_change([&](const std::string& account) { told.push_back(account); });
    const std::string id = store_->create("ann", {tracker_of("A")}).value().front().tracker.id;
    told.clear();
    auto held = place_->hold_writers_of("ann");

    expect_error(store_->remove("ann", id), Errc::store_away, "");
    EXPECT_THAT(told, ElementsAre("ann"));
    held.reset();
    const auto fail = [](const TrackerDefinition&) -> base::Result<TrackerDefinition> {
        throw std::runtime_error("no");
    };
    expect_error(store_->update("ann", id, fail), Errc::internal, "");
    EXPECT_THAT(told, ElementsAre("ann", "ann"));
    place_->execute("ALTER TABLE trackers RENAME COLUMN definition TO other");
    expect_error(store_->create("ann", {tracker_of("B")}), Errc::io_failed, "");
    EXPECT_THAT(told, ElementsAre("ann", "ann", "ann"));
}

TEST_P(TrackerStoreTest, tells_a_row_that_it_cannot_read) {
    const auto made = store_->create("ann", {tracker_of("A"), tracker_of("B")}).value();
    for (const std::string broken :
         {"", "[]", "{\"tiers\":[\"telepathy\"]}", "{\"vocabulary\":[1]}", "{\"threshold\":"}) {
        place_->execute("UPDATE trackers SET definition = '" + broken + "' WHERE name = 'B'");

        expect_error(store_->list("ann"), Errc::io_failed, "");
        expect_error(store_->get("ann", made[1].tracker.id), Errc::io_failed, "");
        EXPECT_TRUE(store_->get("ann", made[0].tracker.id)) << "the other can be read";
    }
}

TEST_P(TrackerStoreTest, ignores_members_of_definitions_that_it_does_not_know) {
    const auto made = store_->create("ann", {tracker_of("A")}).value();
    place_->execute("UPDATE trackers SET definition = '{\"later\":[{}],' || substr(definition, 2)");

    EXPECT_EQ(store_->list("ann").value(), made);
}

}  // namespace
}  // namespace earshot::store
