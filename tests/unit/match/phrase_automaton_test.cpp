#include "earshot/match/phrase_automaton.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <utility>

namespace earshot::match {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

PhraseWords phrases(std::initializer_list<std::vector<WordId>> list) {
    PhraseWords result;
    for (const auto& words : list) {
        result.words.insert(result.words.end(), words.begin(), words.end());
        result.end_phrase();
    }
    return result;
}

using Matches = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

// What `automaton` says after the last of `words`: (phrase, word count).
Matches matches_after(const PhraseAutomaton& automaton, std::initializer_list<WordId> words) {
    PhraseAutomaton::State state = PhraseAutomaton::k_start;
    for (const WordId word : words) state = automaton.advance(state, word);
    Matches result;
    automaton.for_each_match(state, [&](std::uint32_t phrase, std::uint32_t words_of_phrase) {
        result.emplace_back(phrase, words_of_phrase);
    });
    EXPECT_EQ(automaton.has_match(state), !result.empty());
    return result;
}

TEST(PhraseAutomatonTest, without_phrases_stays_in_its_start_state) {
    const PhraseAutomaton automaton;
    EXPECT_EQ(automaton.advance(PhraseAutomaton::k_start, k_no_word), PhraseAutomaton::k_start);
    EXPECT_FALSE(automaton.has_match(PhraseAutomaton::k_start));
    EXPECT_EQ(automaton.state_count(), 1u);

    const PhraseAutomaton none(phrases({}), 4);
    EXPECT_EQ(none.advance(PhraseAutomaton::k_start, 3), PhraseAutomaton::k_start);
}

TEST(PhraseAutomatonTest, finds_a_phrase_at_its_last_word_only) {
    const PhraseAutomaton automaton(phrases({{0, 1, 2}}), 3);
    EXPECT_THAT(matches_after(automaton, {0, 1}), IsEmpty());
    EXPECT_THAT(matches_after(automaton, {0, 1, 2}), ElementsAre(Pair(0, 3)));
    EXPECT_THAT(matches_after(automaton, {0, 1, 2, 2}), IsEmpty());
    EXPECT_THAT(matches_after(automaton, {0, 0, 1, 2}), ElementsAre(Pair(0, 3)));
}

TEST(PhraseAutomatonTest, an_unknown_word_ends_every_phrase) {
    const PhraseAutomaton automaton(phrases({{0, 1}}), 2);
    EXPECT_THAT(matches_after(automaton, {0, k_no_word, 1}), IsEmpty());
    EXPECT_THAT(matches_after(automaton, {0, k_no_word, 0, 1}), ElementsAre(Pair(0, 2)));
}

TEST(PhraseAutomatonTest, gives_the_longer_first_where_phrases_end_together) {
    const PhraseAutomaton automaton(phrases({{2}, {0, 1, 2}, {1, 2}, {3, 0, 1, 2}}), 4);
    EXPECT_THAT(matches_after(automaton, {3, 0, 1, 2}), ElementsAre(Pair(3, 4), Pair(1, 3), Pair(2, 2), Pair(0, 1)));
    EXPECT_THAT(matches_after(automaton, {1, 1, 2}), ElementsAre(Pair(2, 2), Pair(0, 1)));
}

TEST(PhraseAutomatonTest, gives_equal_phrases_in_index_order) {
    const PhraseAutomaton automaton(phrases({{0, 1}, {1}, {0, 1}, {1}, {0, 1}}), 2);
    EXPECT_THAT(matches_after(automaton, {0, 1}),
                ElementsAre(Pair(0, 2), Pair(2, 2), Pair(4, 2), Pair(1, 1), Pair(3, 1)));
}

TEST(PhraseAutomatonTest, finds_a_phrase_that_begins_inside_another_that_fails) {
    const PhraseAutomaton automaton(phrases({{0, 1, 2, 3}, {1, 2, 4}, {2, 5}}), 6);
    EXPECT_THAT(matches_after(automaton, {0, 1, 2, 4}), ElementsAre(Pair(1, 3)));
    EXPECT_THAT(matches_after(automaton, {0, 1, 2, 5}), ElementsAre(Pair(2, 2)));
}

TEST(PhraseAutomatonTest, finds_overlapping_occurrences_of_one_phrase) {
    const PhraseAutomaton automaton(phrases({{0, 1, 0}}), 2);
    EXPECT_THAT(matches_after(automaton, {0, 1, 0}), ElementsAre(Pair(0, 3)));
    EXPECT_THAT(matches_after(automaton, {0, 1, 0, 1, 0}), ElementsAre(Pair(0, 3)));
}

TEST(PhraseAutomatonTest, takes_branches_that_are_not_a_states_first) {
    PhraseWords many;
    for (WordId last = 1; last <= 500; ++last) {
        many.words.insert(many.words.end(), {0, last});
        many.end_phrase();
    }
    const PhraseAutomaton automaton(many, 501);

    EXPECT_EQ(automaton.state_count(), 502u);
    for (WordId last = 1; last <= 500; ++last) {
        EXPECT_THAT(matches_after(automaton, {0, last}), ElementsAre(Pair(last - 1, 2)));
    }
}

TEST(PhraseAutomatonTest, never_finds_a_phrase_without_words) {
    const PhraseAutomaton automaton(phrases({{}, {0}, {}}), 1);
    EXPECT_THAT(matches_after(automaton, {}), IsEmpty());
    EXPECT_THAT(matches_after(automaton, {0}), ElementsAre(Pair(1, 1)));
}

TEST(PhraseAutomatonTest, goes_on_from_a_state_that_was_put_back) {
    const PhraseAutomaton automaton(phrases({{0, 1, 2}, {0, 1, 3}}), 4);
    const PhraseAutomaton::State before = automaton.advance(automaton.advance(PhraseAutomaton::k_start, 0), 1);

    EXPECT_TRUE(automaton.has_match(automaton.advance(before, 2)));
    EXPECT_TRUE(automaton.has_match(automaton.advance(before, 3)));
    EXPECT_FALSE(automaton.has_match(automaton.advance(before, 1)));
}

}  // namespace
}  // namespace earshot::match
