#include "earshot/detect/tracker_list.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace earshot::detect {
namespace {

using base::Errc;

TrackerDefinition tracker(std::vector<std::string> vocabulary, std::vector<std::string> patterns = {}) {
    TrackerDefinition definition;
    definition.name = "T";
    definition.vocabulary = std::move(vocabulary);
    definition.patterns = std::move(patterns);
    return definition;
}

class TrackerListTest : public testing::Test {
protected:
    base::Result<std::shared_ptr<const TrackerList>> compile(std::vector<TrackerDefinition> trackers,
                                                             ListSettings settings = {},
                                                             match::PatternLimits limits = {}) {
        return TrackerList::compile({std::move(trackers), std::move(settings)}, limits, tokenizer_, sets_);
    }

    base::Error error(std::vector<TrackerDefinition> trackers, match::PatternLimits limits = {}) {
        const auto list = compile(std::move(trackers), {}, limits);
        return list ? base::Error{} : list.error();
    }

    text::Tokenizer tokenizer_;
    PhraseSetSource sets_;
};

TEST_F(TrackerListTest, phrase_without_a_word_is_told_with_its_place) {
    EXPECT_EQ(error({tracker({"a"}), tracker({"b", "...", "?"})}).code, Errc::phrase_without_word);
    EXPECT_EQ(error({tracker({"a"}), tracker({"b", "...", "?"})}).path, "/1/vocabulary/1");
    TrackerDefinition excludes = tracker({"a"});
    excludes.exclude_vocabulary = {""};
    EXPECT_EQ(error({excludes}).path, "/0/excludeVocabulary/0");
}

TEST_F(TrackerListTest, pattern_that_does_not_compile_is_told_with_its_place_and_reason) {
    const base::Error wrong = error({tracker({"a"}, {"b"}), tracker({}, {"c", "c", "(d"})});

    EXPECT_EQ(wrong.code, Errc::invalid_pattern);
    EXPECT_EQ(wrong.path, "/1/patterns/2");
    EXPECT_FALSE(wrong.details.empty());
}

TEST_F(TrackerListTest, pattern_up_to_its_limit) {
    match::PatternLimits limits;
    limits.max_bytes = 4;

    EXPECT_TRUE(compile({tracker({}, {"abcd"})}, {}, limits).has_value());
    EXPECT_EQ(error({tracker({}, {"abcde"})}, limits).code, Errc::too_large);
    EXPECT_EQ(error({tracker({}, {"abcde"})}, limits).path, "/0/patterns/0");
}

TEST_F(TrackerListTest, patterns_of_all_trackers_up_to_their_limits) {
    const std::vector<TrackerDefinition> trackers{tracker({}, {"a", "b"}), tracker({}, {"c", "c", "d"})};
    match::PatternLimits limits;
    limits.count = 4;
    EXPECT_TRUE(compile(trackers, {}, limits).has_value());

    limits.count = 3;
    EXPECT_EQ(error(trackers, limits).code, Errc::too_many);
    EXPECT_EQ(error(trackers, limits).path, "/1/patterns/2");

    std::size_t cost = 0;
    ASSERT_TRUE(match::PatternSet::compile({"a", "b", "c", "d"}, {}, cost).has_value());
    limits = {};
    limits.cost = cost;
    EXPECT_TRUE(compile(trackers, {}, limits).has_value());
    limits.cost = cost - 1;
    EXPECT_EQ(error(trackers, limits).code, Errc::too_large);
    EXPECT_EQ(error(trackers, limits).path, "/1/patterns/2");
}

TEST_F(TrackerListTest, tracker_without_phrase_and_pattern_is_refused) {
    EXPECT_EQ(error({tracker({"a"}), tracker({})}).code, Errc::invalid_value);
    EXPECT_EQ(error({tracker({"a"}), tracker({})}).path, "/1/vocabulary");
}

TEST_F(TrackerListTest, phrase_given_twice_is_taken_once) {
    const auto list = compile({tracker({"what price", "What  PRICE!", "what price", " what price "})});

    ASSERT_TRUE(list.has_value());
    ASSERT_EQ((*list)->phrases().size(), 1U);
    const auto uses = (*list)->uses(0);
    ASSERT_EQ(uses.size(), 2U)
        << "the same words written in another way are another phrase, white space around them not";
    EXPECT_EQ(uses[0].phrase, 0U);
    EXPECT_EQ(uses[1].phrase, 1U);
}

TEST_F(TrackerListTest, trackers_share_phrases) {
    TrackerDefinition second = tracker({"b"});
    second.exclude_vocabulary = {"a"};
    const auto list = compile({tracker({"a"}), second});

    ASSERT_EQ((*list)->phrases().size(), 2U);
    const auto phrase = (*list)->phrases().find("a");
    ASSERT_TRUE(phrase.has_value());
    const auto uses = (*list)->uses(*phrase);
    ASSERT_EQ(uses.size(), 2U);
    EXPECT_EQ(uses[0], (TrackerList::PhraseUse{0, 0, TrackerList::Role::vocabulary}));
    EXPECT_EQ(uses[1], (TrackerList::PhraseUse{1, 0, TrackerList::Role::exclusion}));
}

TEST_F(TrackerListTest, own_tiers_and_threshold_stand_before_those_of_the_list) {
    ListSettings settings;
    settings.tiers = TierSet{}.insert(Tier::exact);
    TrackerDefinition own = tracker({"a"});
    own.tiers = TierSet{}.insert(Tier::semantic);
    own.threshold = 0.25;
    const auto plain = compile({tracker({"a"}), own}, settings);

    EXPECT_TRUE((*plain)->tiers(0).has(Tier::exact));
    EXPECT_FALSE((*plain)->tiers(1).has(Tier::exact));
    EXPECT_TRUE((*plain)->has_tier(Tier::exact));
    EXPECT_TRUE((*plain)->has_tier(Tier::semantic));
    EXPECT_FALSE((*plain)->has_tier(Tier::inflected));
    EXPECT_EQ((*plain)->threshold(0, 0.5), 0.5);
    EXPECT_EQ((*plain)->threshold(1, 0.5), 0.25);

    settings.threshold = 0.75;
    EXPECT_EQ((*compile({tracker({"a"})}, settings))->threshold(0, 0.5), 0.75);
}

TEST_F(TrackerListTest, stems_are_kept_only_where_somebody_asks_for_them) {
    ListSettings settings;
    settings.tiers = TierSet{}.insert(Tier::exact);

    EXPECT_EQ((*compile({tracker({"a"})}, settings))->phrases().definition().inflection, match::Inflection::off);
    EXPECT_EQ((*compile({tracker({"a"})}))->phrases().definition().inflection, match::Inflection::on);
}

TEST_F(TrackerListTest, empty_list_hears_nothing) {
    const auto list = compile({});

    ASSERT_TRUE(list.has_value());
    EXPECT_EQ((*list)->size(), 0U);
    EXPECT_EQ((*list)->phrases().size(), 0U);
    EXPECT_FALSE((*list)->has_tier(Tier::exact));
}

}  // namespace
}  // namespace earshot::detect
