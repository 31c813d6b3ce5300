#include "earshot/match/phrase_set.hpp"

#include "support/word_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

namespace earshot::match {

void PrintTo(const Occurrence& occurrence, std::ostream* out) {
    *out << "phrase " << occurrence.phrase << " in the " << occurrence.word_count << " words up to "
         << occurrence.last_word;
}

namespace {

using support::word_list;
using testing::ElementsAre;
using testing::IsEmpty;

PhraseSet phrase_set(std::vector<std::string> phrases, Inflection inflection = Inflection::off,
                     std::string language = "") {
    std::sort(phrases.begin(), phrases.end());
    return PhraseSet({std::move(phrases), inflection, std::move(language)});
}

PhraseSet inflected_set(std::vector<std::string> phrases, std::string language = "en") {
    return phrase_set(std::move(phrases), Inflection::on, std::move(language));
}

// A stream of words and what a set hears in it.
struct Stream {
    explicit Stream(const PhraseSet& heard) : set(heard), stems(heard.definition().language) {}

    void hear(std::string_view words) {
        const text::WordList list = word_list(words);
        set.advance(list, 0, list.words.size(), next, state, &stems, ids, exact, inflected);
        next += static_cast<std::uint32_t>(list.words.size());
    }

    const PhraseSet& set;
    StemCache stems;
    std::uint32_t next = 0;
    PhraseState state;
    std::vector<WordIds> ids;
    std::vector<Occurrence> exact;
    std::vector<Occurrence> inflected;
};

TEST(PhraseSetTest, without_phrases_hears_nothing) {
    const PhraseSet set = inflected_set({});
    Stream stream(set);
    stream.hear("how much does it cost");

    EXPECT_EQ(set.size(), 0u);
    EXPECT_EQ(set.max_words(), 0u);
    EXPECT_EQ(set.find("how"), std::nullopt);
    EXPECT_THAT(stream.exact, IsEmpty());
    EXPECT_THAT(stream.inflected, IsEmpty());
    EXPECT_EQ(stream.ids.size(), 5u);
}

TEST(PhraseSetTest, hears_phrases_where_their_words_stand_in_a_row) {
    const PhraseSet set = phrase_set({"cost", "how much", "how much does it cost"});
    Stream stream(set);
    stream.hear("so how much does it cost and how very much");

    EXPECT_THAT(stream.exact, ElementsAre(Occurrence{1, 2, 2}, Occurrence{2, 5, 5}, Occurrence{0, 5, 1}));
    EXPECT_THAT(stream.inflected, IsEmpty());
}

TEST(PhraseSetTest, hears_a_phrase_that_is_cut_between_two_calls) {
    const PhraseSet set = phrase_set({"how much does it cost"});
    Stream stream(set);
    stream.hear("how much");
    stream.hear("does");
    stream.hear("");
    stream.hear("it cost");

    EXPECT_THAT(stream.exact, ElementsAre(Occurrence{0, 4, 5}));
}

TEST(PhraseSetTest, forgets_a_hypothesis_when_its_state_is_put_back) {
    const PhraseSet set = inflected_set({"a price", "a prince"});
    Stream stream(set);
    stream.hear("a");
    const PhraseState before = stream.state;
    stream.hear("prince");
    stream.state = before;
    stream.ids.resize(1);
    stream.next = 1;
    stream.hear("prices");

    EXPECT_THAT(stream.exact, ElementsAre(Occurrence{1, 1, 2}));
    EXPECT_THAT(stream.inflected, ElementsAre(Occurrence{0, 1, 2}));
}

TEST(PhraseSetTest, counts_words_from_the_first_of_the_list) {
    const PhraseSet set = phrase_set({"b"});
    const text::WordList list = word_list("a b c b b");
    PhraseState state;
    std::vector<WordIds> ids;
    std::vector<Occurrence> exact;
    std::vector<Occurrence> inflected;
    set.advance(list, 2, 4, 100, state, nullptr, ids, exact, inflected);

    EXPECT_THAT(exact, ElementsAre(Occurrence{0, 103, 1}));
    EXPECT_THAT(ids, ElementsAre(WordIds{}, WordIds{0, k_no_word}));
}

TEST(PhraseSetTest, finds_a_phrase_by_its_normal_form) {
    const PhraseSet set = phrase_set({"cost", "how much", "price"});
    EXPECT_EQ(set.find("cost"), 0u);
    EXPECT_EQ(set.find("how much"), 1u);
    EXPECT_EQ(set.find("price"), 2u);
    EXPECT_EQ(set.find("how"), std::nullopt);
    EXPECT_EQ(set.find("zebra"), std::nullopt);
    EXPECT_EQ(set.max_words(), 2u);
}

TEST(PhraseSetTest, normalises_phrases_as_it_hears_words) {
    text::Tokenizer tokenizer;
    EXPECT_EQ(PhraseSet::normalise("How  MUCH, does it\u2019s cost?", tokenizer), "how much does it's cost");
    EXPECT_EQ(PhraseSet::normalise(" ... ", tokenizer), "");
    EXPECT_EQ(PhraseSet::normalise("", tokenizer), "");
}

// Words such as the letter U+FDFA, whose normal form is four Arabic words.
TEST(PhraseSetTest, hears_each_phrase_in_its_own_text) {
    text::Tokenizer tokenizer;
    for (const char* phrase : {"sign-up", "a \u00A8 b", "say \uFDFA twice", "\u2103 \u00B4", "東京", "it costs $5"}) {
        const std::string normal = PhraseSet::normalise(phrase, tokenizer);
        const PhraseSet set = phrase_set({normal});
        const text::WordList list = tokenizer.words_of(phrase);
        PhraseState state;
        std::vector<WordIds> ids;
        std::vector<Occurrence> exact;
        std::vector<Occurrence> inflected;
        set.advance(list, 0, list.words.size(), 0, state, nullptr, ids, exact, inflected);

        const auto words = static_cast<std::uint32_t>(list.words.size());
        EXPECT_THAT(exact, ElementsAre(Occurrence{0, words - 1, words})) << phrase;
        EXPECT_EQ(set.max_words(), words) << phrase;
    }
}

TEST(PhraseSetTest, hears_inflections_but_not_what_is_literal) {
    const PhraseSet set = inflected_set({"cancel the plan"});
    Stream stream(set);
    stream.hear("cancel the plan cancelling the plans");

    EXPECT_THAT(stream.exact, ElementsAre(Occurrence{0, 2, 3}));
    EXPECT_THAT(stream.inflected, ElementsAre(Occurrence{0, 5, 3}));
}

TEST(PhraseSetTest, hears_each_phrase_of_the_same_stems) {
    const PhraseSet set = inflected_set({"plan", "planned", "plans", "the plans"});
    Stream stream(set);
    stream.hear("the plan");

    EXPECT_THAT(stream.exact, ElementsAre(Occurrence{0, 1, 1}));
    EXPECT_THAT(stream.inflected, ElementsAre(Occurrence{3, 1, 2}, Occurrence{1, 1, 1}, Occurrence{2, 1, 1}));
}

TEST(PhraseSetTest, without_inflection_hears_literal_words_only) {
    const PhraseSet set = phrase_set({"cancel the plan"});
    Stream stream(set);
    stream.hear("cancelling the plans");

    EXPECT_THAT(stream.exact, IsEmpty());
    EXPECT_THAT(stream.inflected, IsEmpty());
}

TEST(PhraseSetTest, accepts_a_word_without_the_phrases_apostrophe_but_not_the_other_way_round) {
    const PhraseSet set = inflected_set({"they were", "we're late"});
    Stream stream(set);
    stream.hear("were late");
    stream.hear("they we're");

    EXPECT_THAT(stream.exact, IsEmpty());
    EXPECT_THAT(stream.inflected, ElementsAre(Occurrence{1, 1, 2}));
}

// "we're" and "were" share a class, so "were" of one phrase is a candidate for "we're" of the text.
TEST(PhraseSetTest, drops_candidates_that_only_their_class_allows) {
    const PhraseSet set = inflected_set({"we're", "were"});
    Stream stream(set);
    stream.hear("we're were");

    EXPECT_THAT(stream.exact, ElementsAre(Occurrence{0, 0, 1}, Occurrence{1, 1, 1}));
    EXPECT_THAT(stream.inflected, ElementsAre(Occurrence{0, 1, 1}));
}

TEST(PhraseSetTest, in_a_language_without_stems_only_apostrophes_make_inflections) {
    const PhraseSet set = inflected_set({"ab's plans"}, "ja");
    Stream stream(set);
    stream.hear("abs plans ab's plan");

    EXPECT_THAT(stream.inflected, ElementsAre(Occurrence{0, 1, 2}));
}

TEST(PhraseSetTest, looks_back_over_calls_to_verify_an_inflection) {
    const PhraseSet set = inflected_set({"cancel the plan"});
    Stream stream(set);
    stream.hear("cancelled");
    stream.hear("the");
    stream.hear("plan");

    EXPECT_THAT(stream.inflected, ElementsAre(Occurrence{0, 2, 3}));
}

TEST(PhraseSetTest, hears_words_whose_normal_form_holds_a_blank) {
    const PhraseSet set = phrase_set({"a\u00A0b c"});
    text::WordList list;
    support::append_word("a b", list);
    support::append_word("c", list);
    PhraseState state;
    std::vector<WordIds> ids;
    std::vector<Occurrence> exact;
    std::vector<Occurrence> inflected;
    set.advance(list, 0, 2, 0, state, nullptr, ids, exact, inflected);
    EXPECT_THAT(exact, ElementsAre(Occurrence{0, 1, 2}));

    Stream three_words(set);
    three_words.hear("a b c");
    EXPECT_THAT(three_words.exact, IsEmpty());
}

TEST(PhraseSetTest, allocates_nothing_once_its_vectors_have_grown) {
    const PhraseSet set = inflected_set({"cancel the plan"});
    Stream stream(set);
    stream.ids.reserve(16);
    stream.inflected.reserve(16);
    const WordIds* ids = stream.ids.data();
    stream.hear("cancels the plan please");
    stream.hear("cancels the plan please");

    EXPECT_EQ(stream.ids.data(), ids);
    EXPECT_EQ(stream.inflected.size(), 2u);
}

TEST(PhraseSetTest, counts_its_heap) {
    const PhraseSet small = phrase_set({"cancel the plan"});
    const PhraseSet large = inflected_set({"cancel the plan", "how much does it cost", "what's the price"});
    EXPECT_GT(small.memory_bytes(), 0u);
    EXPECT_GT(large.memory_bytes(), small.memory_bytes());
}

}  // namespace
}  // namespace earshot::match
