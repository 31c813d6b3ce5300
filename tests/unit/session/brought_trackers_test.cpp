#include "../../../src/session/brought_trackers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace earshot::session {
namespace {

using base::Errc;
using detect::TrackerDefinition;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TrackerDefinition tracker(const std::string& id, const std::string& phrase = "hello") {
    TrackerDefinition tracker;
    tracker.id = id;
    tracker.name = "Tracker " + id;
    tracker.vocabulary = {phrase};
    return tracker;
}

proto::GivenTrackers given(std::vector<TrackerDefinition> trackers, const std::string& member = "add") {
    proto::GivenTrackers result;
    for (std::size_t i = 0; i < trackers.size(); ++i) {
        result.pointers.push_back("/trackers/" + member + "/" + std::to_string(i));
    }
    result.definitions = std::move(trackers);
    return result;
}

proto::TrackerChange adding(std::vector<TrackerDefinition> trackers) {
    proto::TrackerChange change;
    change.add = given(std::move(trackers));
    return change;
}

proto::TrackerChange removing(std::initializer_list<std::string> names) {
    proto::TrackerChange change;
    for (const std::string& name : names) {
        change.remove.push_back({name, "/trackers/remove/" + std::to_string(change.remove.size())});
    }
    return change;
}

class BroughtTrackersTest : public testing::Test {
protected:
    BroughtTrackersTest() { brought_.keep({tracker("a"), tracker("b")}); }

    base::Result<void> apply(const proto::TrackerChange& change, std::size_t message = 0) {
        return brought_.apply(change, limits_, message);
    }

    std::vector<std::string> ids() const {
        std::vector<std::string> result;
        for (const TrackerDefinition& tracker : brought_.trackers()) result.push_back(tracker.id);
        return result;
    }

    ConversationLimits limits_;
    BroughtTrackers brought_{"en-US"};
};

TEST_F(BroughtTrackersTest, replacing_comes_before_removing_and_that_before_adding) {
    proto::TrackerChange change = removing({"c"});
    change.replace = given({tracker("c"), tracker("d")}, "replace");
    change.add = given({tracker("c", "other")});

    ASSERT_TRUE(apply(change));

    EXPECT_THAT(ids(), ElementsAre("d", "c"));
    EXPECT_THAT(brought_.trackers()[1].vocabulary, ElementsAre("other"));
}

TEST_F(BroughtTrackersTest, an_empty_change_changes_nothing) {
    ASSERT_TRUE(apply({}));

    EXPECT_THAT(ids(), ElementsAre("a", "b"));
}

TEST_F(BroughtTrackersTest, replacing_by_nothing_leaves_nothing) {
    proto::TrackerChange change;
    change.replace.emplace();

    ASSERT_TRUE(apply(change));

    EXPECT_THAT(ids(), IsEmpty());
}

TEST_F(BroughtTrackersTest, removes_by_id_and_all_of_a_name) {
    TrackerDefinition namesake = tracker("c");
    namesake.name = "Tracker b";
    ASSERT_TRUE(apply(adding({namesake})));

    ASSERT_TRUE(apply(removing({"Tracker b"})));
    EXPECT_THAT(ids(), ElementsAre("a"));
    ASSERT_TRUE(apply(removing({"a"})));
    EXPECT_THAT(ids(), IsEmpty());
}

TEST_F(BroughtTrackersTest, a_name_of_nobody_is_told_with_its_place) {
    const auto applied = apply(removing({"a", "x"}));

    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, Errc::unknown_tracker);
    EXPECT_EQ(applied.error().path, "/trackers/remove/1");
}

TEST_F(BroughtTrackersTest, what_a_change_adds_it_does_not_remove) {
    proto::TrackerChange change = removing({"c"});
    change.add = given({tracker("c")});

    EXPECT_FALSE(apply(change));
}

TEST_F(BroughtTrackersTest, an_id_alone_names_nothing_that_is_stored) {
    proto::TrackerChange change;
    change.add.references.push_back({"stored", "/trackers/add/0"});

    const auto applied = apply(change);

    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, Errc::unknown_tracker);
    EXPECT_EQ(applied.error().path, "/trackers/add/0/id");
}

TEST_F(BroughtTrackersTest, one_that_is_there_already_changes_nothing) {
    ASSERT_TRUE(apply(adding({tracker("b"), tracker("c"), tracker("c")})));

    EXPECT_THAT(ids(), ElementsAre("a", "b", "c"));
}

TEST_F(BroughtTrackersTest, another_one_with_its_id_is_wrong) {
    const auto applied = apply(adding({tracker("c"), tracker("b", "other")}));

    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, Errc::invalid_value);
    EXPECT_EQ(applied.error().path, "/trackers/add/1/id");
}

TEST_F(BroughtTrackersTest, one_without_id_is_given_one_by_its_definition) {
    ASSERT_TRUE(apply(adding({tracker(""), tracker(""), tracker("", "other")})));

    ASSERT_THAT(ids(), SizeIs(4));
    EXPECT_FALSE(ids()[2].empty());
    EXPECT_NE(ids()[2], ids()[3]);
}

TEST_F(BroughtTrackersTest, trackers_up_to_their_number) {
    limits_.trackers = 3;

    EXPECT_TRUE(apply(adding({tracker("c")})));
    const auto applied = apply(adding({tracker("d")}));
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, Errc::too_many);
}

TEST_F(BroughtTrackersTest, what_is_removed_makes_room) {
    limits_.trackers = 2;
    proto::TrackerChange change = removing({"a"});
    change.add = given({tracker("c")});

    EXPECT_TRUE(apply(change));
}

TEST_F(BroughtTrackersTest, phrases_exclusions_and_patterns_up_to_their_number_together) {
    limits_.phrases = 5;
    TrackerDefinition rich = tracker("c");
    rich.exclude_vocabulary = {"x"};
    rich.patterns = {"y"};

    EXPECT_TRUE(apply(adding({rich})));
    const auto applied = apply(adding({tracker("d")}));
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, Errc::too_many);
}

TEST_F(BroughtTrackersTest, one_for_other_languages_is_ignored_and_told) {
    TrackerDefinition spanish = tracker("c");
    spanish.languages = {"es-ES"};
    TrackerDefinition both = tracker("d");
    both.languages = {"es-ES", "EN-us"};

    ASSERT_TRUE(apply(adding({spanish, both})));

    EXPECT_THAT(ids(), ElementsAre("a", "b", "d"));
    ASSERT_THAT(brought_.ignored(), SizeIs(1));
    EXPECT_EQ(brought_.ignored()[0].id, "c");
    EXPECT_EQ(brought_.ignored()[0].reason, "language");
}

TEST_F(BroughtTrackersTest, each_knows_its_message_and_its_place_in_it) {
    ASSERT_TRUE(apply(adding({tracker("c"), tracker("d")}), 1));
    ASSERT_TRUE(apply(removing({"a", "c"}), 2));
    proto::TrackerChange change;
    change.add = given({tracker("e")});
    ASSERT_TRUE(apply(change, 3));

    ASSERT_THAT(ids(), ElementsAre("b", "d", "e"));
    EXPECT_EQ(brought_.origin(0).pointer, "");  // compiled before
    EXPECT_EQ(brought_.origin(1).message, 1U);
    EXPECT_EQ(brought_.origin(1).pointer, "/trackers/add/1");
    EXPECT_EQ(brought_.origin(2).message, 3U);
    EXPECT_EQ(brought_.origin(2).pointer, "/trackers/add/0");
}

TEST_F(BroughtTrackersTest, a_start_takes_the_first_of_equal_ids) {
    BroughtTrackers brought("en-US");

    brought.start({tracker("a"), tracker("a", "other"), tracker("b")}, {"/trackers/0", "/trackers/1", "/trackers/2"});

    ASSERT_THAT(brought.trackers(), SizeIs(2));
    EXPECT_THAT(brought.trackers()[0].vocabulary, ElementsAre("hello"));
    EXPECT_EQ(brought.origin(1).pointer, "/trackers/2");
}

TEST(TrackerPathTest, index_and_rest) {
    const auto path = split_tracker_path("/12/vocabulary/0");
    ASSERT_TRUE(path);
    EXPECT_EQ(path->tracker, 12U);
    EXPECT_EQ(path->rest, "/vocabulary/0");
    EXPECT_FALSE(split_tracker_path(""));
    EXPECT_FALSE(split_tracker_path("/trackers"));
}

}  // namespace
}  // namespace earshot::session
