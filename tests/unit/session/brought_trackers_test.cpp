#include "../../../src/session/brought_trackers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <optional>
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
using testing::UnorderedElementsAre;

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

/// What becomes of a base of trackers "a" and "b", as one change after the other is applied.
class BroughtTrackersTest : public testing::Test {
protected:
    BroughtTrackersTest() {
        detect::PhraseSetSource sets;
        text::Tokenizer tokenizer;
        job_.base = detect::TrackerList::compile({{tracker("a"), tracker("b")}, {}}, {}, tokenizer, sets).value();
        job_.max_trackers = 1000;
        job_.max_phrases = 50'000;
        job_.steps.reserve(20);  // definitions are borrowed from there
    }

    base::Result<void> apply(const proto::TrackerChange& change) {
        job_.steps.push_back({TrackerStep::Kind::change, change, false});
        if (!brought_) begin();
        return brought_->apply(job_.steps.size() - 1);
    }

    void start(proto::GivenTrackers given, bool all = false) {
        job_.steps.push_back({TrackerStep::Kind::start, {std::move(given), {}, {}}, all});
        begin();
        ASSERT_TRUE(brought_->apply(job_.steps.size() - 1));
    }

    base::Result<void> follow(std::vector<TrackerDefinition> stored) {
        compile(std::move(stored));
        job_.steps.assign(1, {TrackerStep::Kind::follow, {}, false});
        return brought_->apply(0);
    }

    /// What there is becomes the base of another job, for which `stored` is kept.
    void compile(std::vector<TrackerDefinition> stored) {
        const StoredShare share = brought_->stored_share();
        detect::PhraseSetSource sets;
        text::Tokenizer tokenizer;
        job_.base = detect::TrackerList::compile({brought_->definitions(), {}}, {}, tokenizer, sets).value();
        job_.base_stored = std::make_shared<const StoredShare>(share);
        job_.steps.clear();
        stored_.emplace(std::move(stored));
        begin();
    }

    void begin() {
        brought_.emplace(job_, TrackerJobResult{job_.base, job_.base_stored, {}}, stored_ ? &*stored_ : nullptr);
    }

    std::vector<std::string> ids() const {
        std::vector<std::string> result;
        for (const TrackerDefinition& tracker : brought_->definitions()) result.push_back(tracker.id);
        return result;
    }

    TrackerJob job_;
    std::optional<StoredTrackers> stored_;
    std::optional<BroughtTrackers> brought_;
};

proto::GivenTrackers references(std::initializer_list<std::string> ids) {
    proto::GivenTrackers result;
    for (const std::string& id : ids) {
        result.references.push_back({id, "/trackers/" + std::to_string(result.references.size())});
    }
    return result;
}

TEST_F(BroughtTrackersTest, replacing_comes_before_removing_and_that_before_adding) {
    proto::TrackerChange change = removing({"c"});
    change.replace = given({tracker("c"), tracker("d")}, "replace");
    change.add = given({tracker("c", "other")});

    ASSERT_TRUE(apply(change));

    EXPECT_THAT(ids(), ElementsAre("d", "c"));
    EXPECT_THAT(brought_->tracker(1).vocabulary, ElementsAre("other"));
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

TEST_F(BroughtTrackersTest, an_id_alone_brings_the_stored_tracker) {
    stored_.emplace(std::vector<TrackerDefinition>{tracker("stored"), tracker("other")});
    proto::TrackerChange change;
    change.add = references({"stored"});

    ASSERT_TRUE(apply(change));

    EXPECT_THAT(ids(), ElementsAre("a", "b", "stored"));
    EXPECT_THAT(brought_->stored_share().ids, UnorderedElementsAre("stored"));
}

TEST_F(BroughtTrackersTest, an_id_that_is_none_of_a_stored_tracker_is_wrong) {
    stored_.emplace(std::vector<TrackerDefinition>{tracker("other")});
    proto::TrackerChange change;
    change.add = references({"stored"});

    const auto applied = apply(change);

    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, Errc::unknown_tracker);
    EXPECT_EQ(applied.error().path, "/trackers/0/id");
}

TEST_F(BroughtTrackersTest, without_the_store_an_id_alone_cannot_be_judged) {
    proto::TrackerChange change;
    change.add = references({"stored"});

    EXPECT_EQ(apply(change).error().code, Errc::store_away);
}

TEST_F(BroughtTrackersTest, given_by_its_id_again_a_stored_one_is_what_it_is_now) {
    stored_.emplace(std::vector<TrackerDefinition>{tracker("s")});
    start(references({"s"}));
    compile({tracker("s", "new")});
    proto::TrackerChange change;
    change.add = references({"s"});

    ASSERT_TRUE(apply(change));

    ASSERT_THAT(ids(), ElementsAre("s"));
    EXPECT_THAT(brought_->tracker(0).vocabulary, ElementsAre("new"));
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
    job_.max_trackers = 3;

    EXPECT_TRUE(apply(adding({tracker("c")})));
    const auto applied = apply(adding({tracker("d")}));
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, Errc::too_many);
}

TEST_F(BroughtTrackersTest, what_is_removed_makes_room) {
    job_.max_trackers = 2;
    proto::TrackerChange change = removing({"a"});
    change.add = given({tracker("c")});

    EXPECT_TRUE(apply(change));
}

TEST_F(BroughtTrackersTest, phrases_exclusions_and_patterns_up_to_their_number_together) {
    job_.max_phrases = 5;
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
    const auto ignored = brought_->take_ignored();
    ASSERT_THAT(ignored, SizeIs(1));
    EXPECT_EQ(ignored[0].id, "c");
    EXPECT_EQ(ignored[0].reason, "language");
}

TEST_F(BroughtTrackersTest, each_knows_its_message_and_its_place_in_it) {
    ASSERT_TRUE(apply({}));
    ASSERT_TRUE(apply(adding({tracker("c"), tracker("d")})));
    ASSERT_TRUE(apply(removing({"a", "c"})));
    ASSERT_TRUE(apply(adding({tracker("e")})));

    ASSERT_THAT(ids(), ElementsAre("b", "d", "e"));
    EXPECT_EQ(brought_->origin(0).pointer, "");  // compiled before
    EXPECT_EQ(brought_->origin(1).step, 1U);
    EXPECT_EQ(brought_->origin(1).pointer, "/trackers/add/1");
    EXPECT_EQ(brought_->origin(2).step, 3U);
    EXPECT_EQ(brought_->origin(2).pointer, "/trackers/add/0");
}

TEST_F(BroughtTrackersTest, named_twice_by_its_id_and_its_name_it_goes) {
    ASSERT_TRUE(apply(removing({"a", "Tracker a"})));

    EXPECT_THAT(ids(), ElementsAre("b"));
}

TEST_F(BroughtTrackersTest, a_start_takes_the_first_of_equal_ids) {
    start(given({tracker("a"), tracker("a", "other"), tracker("c")}));

    EXPECT_THAT(ids(), ElementsAre("a", "c"));
    EXPECT_THAT(brought_->tracker(0).vocabulary, ElementsAre("hello"));
    EXPECT_EQ(brought_->origin(1).pointer, "/trackers/add/2");
}

TEST_F(BroughtTrackersTest, a_start_ignores_ids_that_name_nothing) {
    stored_.emplace(std::vector<TrackerDefinition>{tracker("s")});
    start(references({"gone", "s"}));

    EXPECT_THAT(ids(), ElementsAre("s"));
    const auto ignored = brought_->take_ignored();
    ASSERT_THAT(ignored, SizeIs(1));
    EXPECT_EQ(ignored[0].id, "gone");
    EXPECT_EQ(ignored[0].reason, "unknown");
}

TEST_F(BroughtTrackersTest, a_start_without_the_store_says_that_it_was_not_to_be_had) {
    start(references({"s"}), true);

    EXPECT_THAT(ids(), IsEmpty());
    const auto ignored = brought_->take_ignored();
    ASSERT_THAT(ignored, SizeIs(2));
    EXPECT_EQ(ignored[0].reason, "unavailable");
    EXPECT_EQ(ignored[1].id, "*");
}

TEST_F(BroughtTrackersTest, all_stored_ones_of_the_language_come_behind_those_given) {
    TrackerDefinition spanish = tracker("es");
    spanish.languages = {"es-ES"};
    stored_.emplace(std::vector<TrackerDefinition>{tracker("s"), spanish, tracker("t")});
    start(given({tracker("t"), tracker("mine")}), true);

    EXPECT_THAT(ids(), ElementsAre("t", "mine", "s"));
    EXPECT_THAT(brought_->take_ignored(), IsEmpty());
}

TEST_F(BroughtTrackersTest, a_definition_with_the_id_of_a_stored_tracker_is_that_one) {
    stored_.emplace(std::vector<TrackerDefinition>{tracker("s"), tracker("t")});
    start(given({tracker("s", "mine"), tracker("x", "mine")}));
    ASSERT_TRUE(apply(adding({tracker("t", "mine")})));

    ASSERT_THAT(ids(), ElementsAre("s", "x", "t"));
    EXPECT_THAT(brought_->tracker(0).vocabulary, ElementsAre("hello"));
    EXPECT_THAT(brought_->tracker(1).vocabulary, ElementsAre("mine"));
    EXPECT_THAT(brought_->tracker(2).vocabulary, ElementsAre("hello"));
    EXPECT_THAT(brought_->stored_share().ids, UnorderedElementsAre("s", "t"));
}

TEST_F(BroughtTrackersTest, while_the_store_is_away_it_is_what_it_says) {
    start(given({tracker("s", "mine")}));

    EXPECT_THAT(brought_->tracker(0).vocabulary, ElementsAre("mine"));
    EXPECT_THAT(brought_->take_ignored(), IsEmpty());
    EXPECT_THAT(brought_->stored_share().ids, IsEmpty());
}

TEST_F(BroughtTrackersTest, who_follows_has_the_stored_ones_as_they_are_now) {
    stored_.emplace(std::vector<TrackerDefinition>{tracker("s"), tracker("t"), tracker("u")});
    proto::GivenTrackers mine = given({tracker("x")});
    mine.references = references({"s", "t"}).references;
    start(mine);

    ASSERT_TRUE(follow({tracker("t", "new"), tracker("u"), tracker("x", "not mine")}));

    ASSERT_THAT(ids(), ElementsAre("x", "t"));
    EXPECT_THAT(brought_->tracker(0).vocabulary, ElementsAre("hello"));
    EXPECT_THAT(brought_->tracker(1).vocabulary, ElementsAre("new"));
}

TEST_F(BroughtTrackersTest, who_follows_all_has_new_ones_but_not_those_it_took_away) {
    stored_.emplace(std::vector<TrackerDefinition>{tracker("s"), tracker("t")});
    start({}, true);
    ASSERT_TRUE(apply(removing({"s"})));

    ASSERT_TRUE(follow({tracker("s"), tracker("t"), tracker("u")}));

    EXPECT_THAT(ids(), ElementsAre("t", "u"));
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
