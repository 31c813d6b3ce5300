#include "earshot/detect/speaker_window.hpp"

#include "support/counting_ids.hpp"

#include <gtest/gtest.h>

#include <memory>
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
        lists_.lists.push_back(*list);
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

}  // namespace
}  // namespace earshot::detect
