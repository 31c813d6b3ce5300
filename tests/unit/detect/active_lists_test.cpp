#include "earshot/detect/active_lists.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace earshot::detect {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using List = std::shared_ptr<const TrackerList>;

// A tracker "id" has one phrase, or, as "id=phrase", another one.
List list_of(std::initializer_list<std::string> trackers, double gap_seconds = 10) {
    TrackerListDefinition definition;
    definition.settings.phrase_gap_seconds = gap_seconds;
    for (const std::string& text : trackers) {
        TrackerDefinition tracker;
        tracker.id = text.substr(0, text.find('='));
        tracker.name = tracker.id;
        tracker.vocabulary.push_back(text.size() > tracker.id.size() ? text.substr(tracker.id.size() + 1) : "hello");
        definition.trackers.push_back(std::move(tracker));
    }
    text::Tokenizer tokenizer;
    PhraseSetSource sets;
    return *TrackerList::compile(std::move(definition), {}, tokenizer, sets);
}

TEST(ActiveListsTest, first_free_slot_is_given_again) {
    ActiveLists lists;
    EXPECT_EQ(lists.free_slot(), 0U);
    lists.put(0, list_of({"a"}));
    lists.put(1, list_of({"b"}));
    EXPECT_EQ(lists.free_slot(), 2U);

    lists.put(0, nullptr);

    EXPECT_EQ(lists.free_slot(), 0U);
    EXPECT_EQ(lists.size(), 2U);
    EXPECT_FALSE(lists.hears(0));
    EXPECT_TRUE(lists.hears(1));
}

TEST(ActiveListsTest, a_change_says_what_was_there_and_where_it_is_now) {
    ActiveLists lists;
    const List before = list_of({"a", "b", "c"});
    EXPECT_EQ(lists.put(0, before).before, nullptr);

    const ListChange change = lists.put(0, list_of({"c", "new", "b=other", "a"}));

    EXPECT_EQ(change.slot, 0U);
    EXPECT_EQ(change.before, before);
    EXPECT_THAT(change.now, ElementsAre(3U, std::nullopt, 0U));
}

TEST(ActiveListsTest, other_settings_keep_nothing) {
    ActiveLists lists;
    lists.put(0, list_of({"a"}, 10));

    EXPECT_THAT(lists.put(0, list_of({"a"}, 5)).now, ElementsAre(std::nullopt));
}

TEST(ActiveListsTest, a_list_that_goes_keeps_nothing) {
    ActiveLists lists;
    lists.put(0, list_of({"a"}));

    EXPECT_THAT(lists.put(0, nullptr).now, ElementsAre(std::nullopt));
    EXPECT_THAT(lists.put(0, list_of({"a"})).now, IsEmpty());
}

TEST(ActiveListsTest, every_change_is_an_epoch) {
    ActiveLists lists;
    EXPECT_EQ(lists.epoch(), 0U);
    lists.put(0, list_of({"a"}));
    lists.put(1, list_of({"b"}));
    lists.put(1, nullptr);

    EXPECT_EQ(lists.epoch(), 3U);
}

TEST(ActiveListsTest, a_tracker_hears_from_the_epoch_on_in_which_it_came) {
    ActiveLists lists;
    lists.put(0, list_of({"a"}));
    lists.put(0, list_of({"a", "b"}));

    EXPECT_FALSE(lists.hears(0, 0, 0));
    EXPECT_TRUE(lists.hears(0, 0, 1));
    EXPECT_FALSE(lists.hears(0, 1, 1));
    EXPECT_TRUE(lists.hears(0, 1, 2));
}

TEST(ActiveListsTest, of_equal_ids_the_first_that_was_brought_is_heard) {
    ActiveLists lists;
    lists.put(1, list_of({"a", "b"}));
    lists.put(0, list_of({"a=other"}));

    EXPECT_TRUE(lists.is_muted(0, 0));
    EXPECT_FALSE(lists.is_muted(1, 0));
    EXPECT_FALSE(lists.hears(0));
    EXPECT_FALSE(lists.hears(0, 0, lists.epoch()));
    EXPECT_EQ(lists.active_trackers(), 2U);
}

TEST(ActiveListsTest, the_next_takes_over_from_then_on) {
    ActiveLists lists;
    lists.put(0, list_of({"a"}));
    lists.put(1, list_of({"a=second"}));
    lists.put(2, list_of({"a=third"}));

    lists.put(0, nullptr);

    EXPECT_TRUE(lists.hears(1, 0, 4));
    EXPECT_FALSE(lists.hears(1, 0, 3));  // what began before, it does not hear
    EXPECT_TRUE(lists.is_muted(2, 0));
}

TEST(ActiveListsTest, a_changed_tracker_is_brought_anew_and_waits_behind_the_others) {
    ActiveLists lists;
    lists.put(0, list_of({"a"}));
    lists.put(1, list_of({"a=second"}));

    lists.put(0, list_of({"a=third"}));

    EXPECT_TRUE(lists.is_muted(0, 0));
    EXPECT_TRUE(lists.hears(1, 0, 3));
}

TEST(ActiveListsTest, a_kept_tracker_keeps_its_rank_and_its_silence) {
    ActiveLists lists;
    lists.put(0, list_of({"a"}));
    lists.put(1, list_of({"a", "b"}));
    lists.put(2, list_of({"a"}));

    lists.put(1, list_of({"c", "a"}));
    EXPECT_TRUE(lists.is_muted(1, 1));
    lists.put(0, nullptr);

    EXPECT_TRUE(lists.hears(1, 1, lists.epoch()));
    EXPECT_TRUE(lists.is_muted(2, 0));
}

TEST(ActiveListsTest, trackers_without_ids_never_mute_each_other) {
    ActiveLists lists;
    lists.put(0, list_of({"=one", "=two"}));
    lists.put(1, list_of({"=one"}));

    EXPECT_EQ(lists.active_trackers(), 3U);
    EXPECT_THAT(lists.put(1, list_of({"=one"})).now, ElementsAre(std::nullopt));
}

}  // namespace
}  // namespace earshot::detect
