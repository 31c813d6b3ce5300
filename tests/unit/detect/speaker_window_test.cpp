#include "earshot/detect/speaker_window.hpp"

#include "support/counting_ids.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace earshot::detect {
namespace {

TrackerDefinition tracker(std::string name, std::vector<std::string> vocabulary) {
    TrackerDefinition definition;
    definition.name = std::move(name);
    definition.vocabulary = std::move(vocabulary);
    return definition;
}

class SpeakerWindowTest : public testing::Test {
protected:
    void hear(std::vector<TrackerDefinition> trackers, ListSettings settings = {}) {
        PhraseSetSource sets;
        auto list = TrackerList::compile({std::move(trackers), std::move(settings)}, {}, tools_.tokenizer(), sets);
        ASSERT_TRUE(list.has_value());
        window_.follow(lists_.put(lists_.free_slot(), *list), nullptr);
    }

    std::vector<HitChange> hypothesize(std::string_view id, std::string_view text) {
        std::vector<HitChange> changes;
        window_.hypothesize(id, {text}, &changes);
        return changes;
    }

    std::vector<HitChange> commit(std::string_view id, std::string_view text,
                                  TimeSpan time = {k_unknown_time, k_unknown_time}) {
        std::vector<HitChange> changes;
        window_.open(id);
        window_.commit(id, {text, time}, &changes);
        return changes;
    }

    EndedUtterance end(std::string_view id) { return window_.end(id, nullptr); }

    // A whole utterance.
    std::vector<Hit> say(std::string_view text, TimeSpan time = {k_unknown_time, k_unknown_time}) {
        commit("u", text, time);
        return end("u").confirmed;
    }

    LanguageTools tools_;
    support::CountingIds ids_;
    ActiveLists lists_;
    SpeakerWindow window_{lists_, {"ann@example.com", "customer"}, "en-US", tools_, ids_};
};

TEST_F(SpeakerWindowTest, exclusion_in_a_hypothesis_leaves_no_trace) {
    TrackerDefinition definition = tracker("Cancel", {"cancel"});
    definition.exclude_vocabulary = {"do not"};
    hear({definition});

    hypothesize("u", "do not");
    commit("u", "well");
    end("u");

    EXPECT_EQ(say("cancel").size(), 1U);
}

TEST_F(SpeakerWindowTest, final_without_words_counts_for_the_silence_between_utterances) {
    hear({tracker("Cancel", {"cancel my plan"})});

    say("cancel", {0, 1});
    commit("u", "", {9, 9});
    commit("u", "my plan", {20, 21});

    EXPECT_EQ(end("u").confirmed.size(), 1U);
}

TEST_F(SpeakerWindowTest, empty_hypothesis_that_is_committed_leaves_no_time) {
    hear({tracker("Cancel", {"cancel my plan"})});

    commit("u", "cancel", {0, 1});
    window_.hypothesize("u", {"", {15, 16}}, nullptr);
    window_.commit_hypothesis("u");
    end("u");

    EXPECT_EQ(say("my plan", {20, 21}).size(), 0U);
}

TEST_F(SpeakerWindowTest, pattern_that_matches_white_space_between_messages_gives_no_hit) {
    TrackerDefinition definition;
    definition.patterns = {"[. ]"};
    hear({definition});

    const std::vector<Hit> hits = say("One. Two.");

    ASSERT_EQ(hits.size(), 2U);
    for (const Hit& hit : hits) EXPECT_EQ(hit.parts.size(), 1U);
}

// ---- Identity ----

TEST_F(SpeakerWindowTest, hit_that_moves_is_updated_and_keeps_its_id) {
    hear({tracker("Price", {"the price"})});
    const auto first = hypothesize("u", "the price");
    const auto moved = hypothesize("u", "what the price");

    ASSERT_EQ(first.size(), 1U);
    ASSERT_EQ(moved.size(), 1U);
    EXPECT_EQ(moved[0].state, HitState::updated);
    EXPECT_EQ(moved[0].hit.id, first[0].hit.id);
    EXPECT_EQ(moved[0].hit.parts[0].begin, 5U);
}

TEST_F(SpeakerWindowTest, words_behind_a_hit_change_nothing) {
    hear({tracker("Price", {"the price"})});
    hypothesize("u", "the price");

    EXPECT_TRUE(hypothesize("u", "the price of it").empty());
    EXPECT_TRUE(commit("u", "the price of it all").empty());
}

TEST_F(SpeakerWindowTest, change_of_tier_is_an_update) {
    hear({tracker("Cancel", {"cancel it"})});
    const auto first = hypothesize("u", "cancel it");
    const auto other = hypothesize("u", "cancels it");

    ASSERT_EQ(other.size(), 1U);
    EXPECT_EQ(other[0].state, HitState::updated);
    EXPECT_EQ(other[0].hit.tier, Tier::inflected);
    EXPECT_EQ(other[0].hit.id, first[0].hit.id);
}

TEST_F(SpeakerWindowTest, nth_hit_of_a_phrase_stays_the_nth) {
    hear({tracker("Yes", {"yes"})});
    const auto both = hypothesize("u", "yes and yes");
    const auto one = hypothesize("u", "and yes");

    ASSERT_EQ(both.size(), 2U);
    ASSERT_EQ(one.size(), 2U);
    EXPECT_EQ(one[0].state, HitState::retracted);
    EXPECT_EQ(one[0].hit.id, both[1].hit.id);
    EXPECT_EQ(one[1].state, HitState::updated);
    EXPECT_EQ(one[1].hit.id, both[0].hit.id);
}

TEST_F(SpeakerWindowTest, words_that_come_back_are_a_new_hit) {
    hear({tracker("Yes", {"yes"})});
    const auto first = hypothesize("u", "yes");
    EXPECT_EQ(hypothesize("u", "no")[0].state, HitState::retracted);
    const auto again = hypothesize("u", "yes");

    EXPECT_EQ(again[0].state, HitState::created);
    EXPECT_NE(again[0].hit.id, first[0].hit.id);
}

TEST_F(SpeakerWindowTest, end_confirms_what_is_open_and_takes_back_what_is_gone) {
    hear({tracker("Words", {"yes", "no"})});
    const auto open = hypothesize("u", "yes no");
    commit("u", "yes maybe");
    const EndedUtterance ended = end("u");

    ASSERT_EQ(ended.confirmed.size(), 1U);
    EXPECT_EQ(ended.confirmed[0].id, open[0].hit.id);
    EXPECT_TRUE(window_.open_hits().empty());
}

// ---- Lists, silence, bounds ----

TEST_F(SpeakerWindowTest, later_list_hears_only_utterances_that_open_later) {
    commit("old", "what is");
    hear({tracker("Price", {"what is the price", "the price"})});
    commit("old", "the price");
    EXPECT_TRUE(end("old").confirmed.empty());

    EXPECT_EQ(say("the price").size(), 1U);
}

TEST_F(SpeakerWindowTest, gap_counts_between_utterances_and_not_inside_of_one) {
    ListSettings settings;
    settings.phrase_gap_seconds = 3;
    hear({tracker("Price", {"the price"})}, settings);

    commit("u", "the", {0, 1});
    commit("u", "price", {100, 101});
    EXPECT_EQ(end("u").confirmed.size(), 1U);
    say("the", {110, 111});
    EXPECT_EQ(say("price", {114, 115}).size(), 1U);
    say("the", {120, 121});
    EXPECT_EQ(say("price", {124.25, 125}).size(), 0U);
}

TEST_F(SpeakerWindowTest, cooldown_up_to_its_time) {
    TrackerDefinition definition = tracker("Yes", {"yes"});
    definition.cooldown_seconds = 5;
    hear({definition});

    EXPECT_EQ(say("yes yes", {0, 1}).size(), 2U);
    EXPECT_EQ(say("yes", {5, 6}).size(), 0U);
    EXPECT_EQ(say("yes", {6, 6.25}).size(), 1U);
}

TEST_F(SpeakerWindowTest, memory_does_not_grow_with_what_was_said) {
    hear({tracker("Long", {"one two three four five six seven eight"})});
    const auto speak_long = [&](int utterances) {
        for (int i = 0; i < utterances; ++i) {
            commit("u", "some words that are heard and then forgotten");
            window_.judge(end("u").number, {}, 0.5);
        }
        return window_.memory_bytes();
    };
    const std::size_t before = speak_long(200);

    EXPECT_EQ(speak_long(2000), before);
}

TEST_F(SpeakerWindowTest, utterance_is_kept_until_its_verdict_is_there) {
    hear({tracker("Yes", {"yes"})});
    commit("u", "maybe so");
    const std::uint64_t number = end("u").number;
    for (int i = 0; i < 50; ++i) say("other words");
    Verdict verdict;
    verdict.score = 0.75;
    verdict.last_word = 1;

    EXPECT_EQ(window_.ended_text(number), "maybe so");
    const std::vector<Hit> hits = window_.judge(number, std::span(&verdict, 1), 0.5).confirmed;
    ASSERT_EQ(hits.size(), 1U);
    EXPECT_EQ(hits[0].tier, Tier::semantic);
    EXPECT_TRUE(window_.judge(number, std::span(&verdict, 1), 0.5).confirmed.empty()) << "each only once";
}

}  // namespace
}  // namespace earshot::detect
