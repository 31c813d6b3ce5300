#include "conversations.hpp"
#include "support/environment.hpp"
#include "support/store/conversation_trial.hpp"
#include "support/store/record_texts.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <set>

namespace earshot::store {
namespace {

using namespace std::string_literals;
using base::Errc;
using detect::ConversationChange;
using detect::Keeping;
using support::AwaitedConversations;
using support::text_of;
using testing::ElementsAre;
using testing::IsEmpty;

EARSHOT_FOR_BOTH_BACKENDS(ConversationStoreTest);

TEST_P(ConversationStoreTest, equals_a_plain_model_after_any_operations) {
    const std::uint64_t first = support::from_environment("EARSHOT_STORE_SEED", 1);
    const std::uint64_t trials = support::from_environment("EARSHOT_STORE_TRIALS", 12);
    for (std::uint64_t seed = first; seed < first + trials; ++seed) {
        SCOPED_TRACE("EARSHOT_STORE_SEED=" + std::to_string(seed));
        place_ = support::TestDatabase::make(GetParam());
        options_.url = place_->url();
        auto database = open();
        support::ConversationTrial trial(seed);
        trial.open(*database);

        for (int step = 0; step < 60; ++step) {
            if (trial.random().one_in(20)) {
                database.reset();
                database = open();
                trial.open(*database);
            }
            ASSERT_EQ(trial.step(), std::nullopt) << "step " << step;
            ASSERT_EQ(trial.compare(), std::nullopt) << "step " << step;
        }
    }
}

// Whoever does not know whether a change is in force adds it once more, from some change before it on.
TEST_P(ConversationStoreTest, changes_that_are_applied_again_in_any_batches_are_applied_once) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        support::RandomConversations random(seed);
        std::vector<ConversationChange> changes(30);
        std::set<std::string> begun;
        for (ConversationChange& each : changes) {
            each = random.change();
            if (!begun.insert(each.conversation).second) continue;
            each.begin = random.begin();
            if (each.begin->keeping == Keeping::none) each.begin->keeping = Keeping::full;
        }

        const auto other_place = support::TestDatabase::make(GetParam());
        DatabaseOptions other_options = options_;
        other_options.url = other_place->url();
        const auto other = Database::open(other_options).value();
        SqlConversationStore once_store(*other);
        AwaitedConversations once(once_store);
        for (const ConversationChange& each : changes) ASSERT_TRUE(once.apply({each}));

        place_ = support::TestDatabase::make(GetParam());
        options_.url = place_->url();
        restart();
        for (std::size_t known = 0; known < changes.size();) {
            const std::size_t from = random.below(known + 1);
            const std::size_t to = std::min(changes.size(), known + random.below(6));
            ASSERT_TRUE(store_->apply({changes.begin() + static_cast<std::ptrdiff_t>(from),
                                       changes.begin() + static_cast<std::ptrdiff_t>(to)}));
            known = std::max(known, to);
        }

        for (const std::string account : {"ann", "Ann"}) {
            EXPECT_EQ(everything_of(*store_, account), everything_of(once, account)) << "seed " << seed;
        }
    }
}

TEST_P(ConversationStoreTest, what_was_applied_is_there_after_a_restart) {
    ConversationChange change = begin_of("c1", 1000);
    change.members = {{"m1", "Mia", "mia@example.com", "agent"}};
    change.messages = {message_of("a", "how much", 2000, 3000)};
    change.messages[0].words = {{"how", 0.1, std::nan(""), 1.0 / 3}};
    change.hits = {hit_of("h", {"a"})};
    ASSERT_EQ(store_->apply({change}).value(), 0U);
    restart();

    const ConversationRecord record = store_->get("ann", "c1").value();
    EXPECT_EQ(record.name, "c1");
    EXPECT_EQ(record.started, at(1000));
    EXPECT_EQ(record.ended, at(3000)) << "the end of the last message";
    EXPECT_FALSE(record.is_over);
    EXPECT_EQ(record.members, change.members);
    EXPECT_EQ(text_of(store_->messages("ann", "c1").value()), text_of(change.messages));
    EXPECT_EQ(text_of(store_->hits("ann", "c1").value()), text_of(std::vector{KeptHit{change.hits[0], {"how much"}}}));
}

TEST_P(ConversationStoreTest, tells_how_many_conversations_were_left_out) {
    ConversationChange never_began = change_of("c2");
    never_began.messages = {message_of("a")};
    const auto of_other = change_of("c1", "bob");
    const auto nothing_is_kept = begin_of("c3", 0, Keeping::none);
    const auto no_account = change_of("c1", "\xFF");
    const auto no_id = begin_of("c\0"s);
    const auto long_id = begin_of(std::string(5000, 'c'));

    EXPECT_EQ(store_
                  ->apply({begin_of("c1"), never_began, never_began, of_other, nothing_is_kept, change_of("c3"),
                           no_account, no_id, long_id})
                  .value(),
              6U);

    EXPECT_THAT(ids_of(store_->list("ann")), ElementsAre("c1"));
    EXPECT_THAT(store_->list("bob").value(), IsEmpty());
}

TEST_P(ConversationStoreTest, an_id_belongs_to_the_account_that_began_first) {
    ConversationChange later = begin_of("c1", 5);
    later.account = "bob";
    EXPECT_EQ(store_->apply({begin_of("c1", 1), later}).value(), 1U);

    EXPECT_EQ(store_->get("ann", "c1").value().started, at(1));
    expect_error(store_->get("bob", "c1"), Errc::unknown_conversation);
}

TEST_P(ConversationStoreTest, of_a_conversation_that_keeps_hits_alone_no_word_is_stored) {
    ConversationChange change = begin_of("c1", 0, Keeping::hits);
    change.members = {{"m1", "Mia", {}, {}}};
    change.messages = {message_of("a", "secret words", 10, 20)};
    change.messages[0].words = {{"secret", 0, 1, 1}};
    change.hits = {hit_of("h", {"a", "b"})};
    ASSERT_TRUE(store_->apply({change}));

    EXPECT_EQ(store_->get("ann", "c1").value().ended, at(20)) << "when it was said is known";
    EXPECT_THAT(store_->messages("ann", "c1").value(), IsEmpty());
    EXPECT_THAT(store_->figures("ann", "c1").value(), IsEmpty());
    const auto hits = store_->hits("ann", "c1").value();
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_EQ(hits[0].hit, change.hits[0]);
    EXPECT_THAT(hits[0].texts, ElementsAre("", ""));
}

TEST_P(ConversationStoreTest, a_name_that_was_given_by_hand_outlives_changes_that_come_later) {
    ConversationChange change = begin_of("c1");
    change.begin->name = "First";
    change.members = {{"m1", "Mia", {}, {}}};
    ASSERT_TRUE(store_->apply({change}));
    ASSERT_TRUE(store_->edit("ann", "c1", {"By hand", R"({"a": 1})"}));
    ASSERT_TRUE(store_->rename("ann", "c1", {"m1", "Maria", {}, {}}));
    change.members = {{"m1", "Mia", "mia@example.com", {}}};
    ASSERT_TRUE(store_->apply({change}));

    const ConversationRecord record = store_->get("ann", "c1").value();
    EXPECT_EQ(record.name, "By hand");
    EXPECT_EQ(record.metadata, R"({"a": 1})");
    EXPECT_THAT(record.members, ElementsAre(detect::MemberRecord{"m1", "Maria", "mia@example.com", {}}));
}

TEST_P(ConversationStoreTest, an_end_moves_on_and_not_back) {
    ConversationChange end = change_of("c1");
    end.ended = at(500);
    ConversationChange earlier = end;
    earlier.ended = at(400);
    ASSERT_TRUE(store_->apply({begin_of("c1", 100), end, earlier}));

    const ConversationRecord record = store_->get("ann", "c1").value();
    EXPECT_TRUE(record.is_over);
    EXPECT_EQ(record.ended, at(500));
}

TEST_P(ConversationStoreTest, lists_by_begin_and_pages_do_not_overlap) {
    std::vector<std::string> oldest_first;
    for (int number = 0; number < 20; ++number) {
        oldest_first.push_back("c" + std::to_string(10 + number));
        ASSERT_TRUE(store_->apply({begin_of(oldest_first.back(), number / 3)}));
    }
    std::vector<std::string> newest_first(oldest_first.rbegin(), oldest_first.rend());

    for (const bool is_newest_first : {true, false}) {
        std::vector<std::string> paged;
        for (std::size_t offset = 0; offset < 25; offset += 3) {
            ConversationQuery query;
            query.limit = 3;
            query.offset = offset;
            query.newest_first = is_newest_first;
            for (const std::string& id : ids_of(store_->list("ann", query))) paged.push_back(id);
        }
        EXPECT_EQ(paged, is_newest_first ? newest_first : oldest_first);
    }
    ConversationQuery query;
    query.after = at(2);
    query.before = at(3);
    EXPECT_THAT(ids_of(store_->list("ann", query)), ElementsAre("c21", "c20", "c19", "c18", "c17", "c16"));
    query.limit = 0;
    EXPECT_THAT(ids_of(store_->list("ann", query)), IsEmpty());
    EXPECT_EQ(ids_of(store_->list("ann")).size(), 20U) << "which is the limit unless another is given";
}

TEST_P(ConversationStoreTest, lists_the_members_of_more_conversations_than_are_asked_for_at_once) {
    for (int number = 0; number < 150; ++number) {
        ConversationChange change = begin_of("c" + std::to_string(number));
        change.members = {{"m2", {}, {}, {}}, {"m1", std::to_string(number), {}, {}}};
        ASSERT_TRUE(store_->apply({change}));
    }
    ConversationQuery query;
    query.limit = 1000;

    const auto all = store_->list("ann", query).value();
    ASSERT_EQ(all.size(), 150U);
    for (const ConversationRecord& record : all) {
        ASSERT_EQ(record.members.size(), 2U) << record.id;
        EXPECT_EQ("c" + record.members[1].name, record.id);
    }
}

TEST_P(ConversationStoreTest, accounts_do_not_see_each_other) {
    ASSERT_TRUE(store_->apply({begin_of("c1")}));
    for (const std::string account : {"Ann", "ann ", ""}) {
        EXPECT_THAT(store_->list(account).value(), IsEmpty());
        expect_error(store_->get(account, "c1"), Errc::unknown_conversation);
        expect_error(store_->edit(account, "c1", {}), Errc::unknown_conversation);
        expect_error(store_->remove(account, "c1"), Errc::unknown_conversation);
        expect_error(store_->messages(account, "c1"), Errc::unknown_conversation);
        expect_error(store_->hits(account, "c1"), Errc::unknown_conversation);
        expect_error(store_->figures(account, "c1"), Errc::unknown_conversation);
        expect_error(store_->rename(account, "c1", {}), Errc::unknown_conversation);
        expect_error(store_->assign_speakers(account, "c1", {}), Errc::unknown_conversation);
    }
    EXPECT_TRUE(store_->get("ann", "c1"));
}

TEST_P(ConversationStoreTest, names_and_ids_that_no_database_holds_are_nobodys) {
    for (const std::string& name : {"\xFF"s, "a\0"s, std::string(257, 'x')}) {
        expect_error(store_->list(name), Errc::invalid_value);
        expect_error(store_->remove(name, "c1"), Errc::invalid_value);
        expect_error(store_->get("ann", name), Errc::unknown_conversation);
        expect_error(store_->remove("ann", name), Errc::unknown_conversation);
    }
}

TEST_P(ConversationStoreTest, texts_that_no_database_holds_are_kept_as_nearly_as_can_be) {
    ConversationChange change = begin_of("c1");
    change.begin->name = "a\0b"s;
    change.members = {{"m1", "\xFF", {}, {}}};
    change.messages = {message_of("a", "a\0b\xF0"s)};
    change.messages[0].words = {{"a\0b"s, 0, 1, 1}, {"\xFF", 0, 1, 1}};
    change.hits = {hit_of("h", {"a"})};
    change.hits[0].value = "\xFF";
    ASSERT_EQ(store_->apply({change, begin_of("c2")}).value(), 0U) << "nothing else suffers for it";

    EXPECT_EQ(store_->get("ann", "c1").value().name, "a b");
    EXPECT_EQ(store_->get("ann", "c1").value().members[0].name, "\xEF\xBF\xBD");
    const auto messages = store_->messages("ann", "c1").value();
    EXPECT_EQ(messages[0].text, "a b\xEF\xBF\xBD");
    EXPECT_EQ(messages[0].words[0].word, "a\0b"s);
    EXPECT_EQ(messages[0].words[1].word, "\xEF\xBF\xBD");
    EXPECT_EQ(store_->hits("ann", "c1").value()[0].hit.value, "\xEF\xBF\xBD");
}

TEST_P(ConversationStoreTest, keeps_100000_messages_of_one_conversation) {
    constexpr int k_messages = 100'000;
    ConversationChange change = begin_of("c1");
    change.members = {{"m1", {}, {}, {}}, {"m2", {}, {}, {}}};
    for (int number = 0; number < k_messages; ++number) {
        const std::string id = std::to_string(number);
        change.messages.push_back(
            message_of("message-" + id, "a sentence of usual length, as people say it", number * 10, number * 10 + 10));
        if (number % 50 == 0) change.hits.push_back(hit_of("hit-" + id, {"message-" + id}));
    }
    change.messages[500].words = {{"sentence", 1, 2, 1}};

    // A transaction that took half a minute would be given up.
    ASSERT_EQ(store_->apply({change}).value(), 0U);
    ASSERT_EQ(store_->apply({change}).value(), 0U);
    EXPECT_EQ(store_->assign_speakers("ann", "c1", {{{"m2", {}, {}, {}}, {at(0), at(1'000'000'000)}}}).value(),
              std::size_t{k_messages});

    const auto messages = store_->messages("ann", "c1").value();
    ASSERT_EQ(messages.size(), std::size_t{k_messages});
    for (std::size_t i = 0; i < messages.size(); ++i) ASSERT_EQ(messages[i].id, change.messages[i].id);
    EXPECT_EQ(store_->hits("ann", "c1").value().size(), change.hits.size());
    EXPECT_EQ(store_->figures("ann", "c1").value()[0].words, 9ULL * k_messages);
    EXPECT_TRUE(store_->remove("ann", "c1"));
}

TEST_P(ConversationStoreTest, tells_a_row_that_it_cannot_read) {
    ConversationChange change = begin_of("c1");
    change.messages = {message_of("a")};
    change.hits = {hit_of("h", {"a"})};
    ASSERT_TRUE(store_->apply({change}));

    for (const std::string broken : {"[", "{}", "[1]", "[[]]", "[[\"word\"]]", "[[1,2,3,4]]"}) {
        place_->execute("UPDATE conversation_messages SET words = '" + broken + "'");
        expect_error(store_->messages("ann", "c1"), Errc::io_failed);
        place_->execute("UPDATE conversation_hits SET parts = '" + broken + "'");
        expect_error(store_->hits("ann", "c1"), Errc::io_failed);
    }
    place_->execute("UPDATE conversation_hits SET parts = '[]', tier = 'telepathy'");
    expect_error(store_->hits("ann", "c1"), Errc::io_failed);
    EXPECT_TRUE(store_->get("ann", "c1"));
    place_->execute("UPDATE conversations SET source = 'letter'");
    expect_error(store_->get("ann", "c1"), Errc::io_failed);
    expect_error(store_->list("ann"), Errc::io_failed);
    expect_error(store_->apply({change}), Errc::io_failed);
    EXPECT_TRUE(store_->remove("ann", "c2").has_error());
}

}  // namespace
}  // namespace earshot::store
