#include "earshot/text/sentences.hpp"

#include "earshot/text/utf8.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace earshot::text {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> texts_of(std::string_view text, const std::vector<Sentence>& sentences) {
    std::vector<std::string> texts;
    for (const Sentence& sentence : sentences) {
        texts.emplace_back(text.substr(sentence.byte_begin, sentence.byte_end - sentence.byte_begin));
    }
    return texts;
}

std::vector<std::string> sentences(std::string_view text, std::string_view language) {
    return texts_of(text, SentenceSplitter().split(text, language));
}

TEST(SentenceSplitterTest, cuts_at_the_ends_of_sentences) {
    EXPECT_THAT(sentences("How much is it? Too much! I see.", "en"),
                ElementsAre("How much is it?", "Too much!", "I see."));
    EXPECT_THAT(sentences("¿Cuánto cuesta? ¡Mucho! Ya veo.", "es"),
                ElementsAre("¿Cuánto cuesta?", "¡Mucho!", "Ya veo."));
    EXPECT_THAT(sentences("我想取消。多少钱？", "zh"), ElementsAre("我想取消。", "多少钱？"));
}

TEST(SentenceSplitterTest, leaves_white_space_out) {
    EXPECT_THAT(sentences("  One. \u00A0\n Two. ", "en"), ElementsAre("One.", "Two."));
    EXPECT_THAT(sentences(" \n\u3000\n", "en"), IsEmpty());
    EXPECT_THAT(sentences("", "en"), IsEmpty());
}

TEST(SentenceSplitterTest, takes_a_text_without_an_end_as_a_sentence) {
    EXPECT_THAT(sentences("so how much does it cost", "en-US"), ElementsAre("so how much does it cost"));
}

TEST(SentenceSplitterTest, does_not_cut_english_abbreviations) {
    EXPECT_THAT(sentences("Ask Dr. Smith. (Mr. Jones, e.g. Al, knows.) Bye.", "en-GB"),
                ElementsAre("Ask Dr. Smith.", "(Mr. Jones, e.g. Al, knows.)", "Bye."));
    EXPECT_THAT(sentences("The U.S. Senate met. Good.", "en"), ElementsAre("The U.S. Senate met.", "Good."));
}

TEST(SentenceSplitterTest, does_not_cut_spanish_abbreviations) {
    EXPECT_THAT(sentences("La Sra. Pérez y el Sr. Gil. ¿Y Ud. María?", "es-MX"),
                ElementsAre("La Sra. Pérez y el Sr. Gil.", "¿Y Ud. María?"));
}

TEST(SentenceSplitterTest, compares_whole_words_with_abbreviations) {
    EXPECT_THAT(sentences("Él tiene. Luego paga. Gracias a usted. Hola.", "es"),
                ElementsAre("Él tiene.", "Luego paga.", "Gracias a usted.", "Hola."));
    EXPECT_THAT(sentences("We ship to the US. Next.", "en"), ElementsAre("We ship to the US.", "Next."));
}

TEST(SentenceSplitterTest, cuts_behind_words_that_look_like_abbreviations_in_talk) {
    EXPECT_THAT(sentences("Ok. Let's go. No. I do not.", "en"), ElementsAre("Ok.", "Let's go.", "No.", "I do not."));
    EXPECT_THAT(sentences("Bien. Sigamos. No. Gracias.", "es"), ElementsAre("Bien.", "Sigamos.", "No.", "Gracias."));
}

TEST(SentenceSplitterTest, keeps_a_number_with_its_abbreviation) {
    EXPECT_THAT(sentences("Room No. 5 Main Street. Yes.", "en"), ElementsAre("Room No. 5 Main Street.", "Yes."));
    EXPECT_THAT(sentences("El núm. 5 Sur. Sí.", "es"), ElementsAre("El núm. 5 Sur.", "Sí."));
}

TEST(SentenceSplitterTest, gives_positions_in_bytes_and_in_utf16) {
    SentenceSplitter splitter;

    const std::vector<Sentence>& found = splitter.split(" 😀 é. Ünd so.", "de");

    EXPECT_THAT(found, ElementsAre(Sentence{1, 9, 1, 6}, Sentence{10, 18, 7, 14}));
}

TEST(SentenceSplitterTest, takes_the_root_rules_for_an_unknown_language) {
    for (const std::string& language :
         {std::string("xx"), std::string("not a tag!"), std::string(""), std::string(5000, 'a')}) {
        EXPECT_THAT(sentences("One. Two.", language), ElementsAre("One.", "Two.")) << language;
    }
}

TEST(SentenceSplitterTest, keeps_working_beyond_the_languages_it_remembers) {
    SentenceSplitter splitter;
    const std::string text = "Ask Dr. Smith. Two.";

    for (char first = 'a'; first <= 'z'; ++first) {
        for (const char* rest : {"a", "b", "c", "d"}) splitter.split(text, first + std::string(rest));
    }

    EXPECT_THAT(texts_of(text, splitter.split(text, "en")), ElementsAre("Ask Dr. Smith.", "Two."));
}

TEST(SentenceSplitterTest, forgets_the_text_before) {
    SentenceSplitter splitter;
    {
        const std::string gone = "A long text that goes away. It had two sentences.";
        splitter.split(gone, "en");
    }

    EXPECT_THAT(texts_of("One.", splitter.split("One.", "en")), ElementsAre("One."));
    EXPECT_THAT(splitter.split("", "en"), IsEmpty());
}

TEST(SentenceSplitterTest, can_be_moved) {
    SentenceSplitter first;
    SentenceSplitter second = std::move(first);

    EXPECT_EQ(second.split("One. Two.", "en").size(), 2U);
}

}  // namespace
}  // namespace earshot::text
