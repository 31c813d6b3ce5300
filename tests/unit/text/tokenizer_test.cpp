#include "earshot/text/tokenizer.hpp"

#include "earshot/base/hash.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unicode/unistr.h>

#include <fstream>
#include <string>
#include <vector>

namespace earshot::text {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> normal_forms(const WordList& list) {
    std::vector<std::string> forms;
    for (const Word& word : list.words) forms.emplace_back(list.normal_form(word));
    return forms;
}

std::vector<std::string> words(std::string_view text) {
    return normal_forms(Tokenizer().words_of(text));
}

/// One row of the table in docs/words.md.
struct Example {
    std::string text;
    std::vector<std::string> words;
};

/// `text` with every \u{...} replaced by the code point.
std::string unescape(std::string text) {
    for (std::size_t at = text.find("\\u{"); at != std::string::npos; at = text.find("\\u{")) {
        const std::size_t end = text.find('}', at);
        const int code_point = std::stoi(text.substr(at + 3, end - at - 3), nullptr, 16);
        std::string bytes;
        icu::UnicodeString(static_cast<UChar32>(code_point)).toUTF8String(bytes);
        text.replace(at, end - at + 1, bytes);
    }
    return text;
}

/// The code spans of a table cell.
std::vector<std::string> code_spans(const std::string& cell) {
    std::vector<std::string> spans;
    for (std::size_t begin = cell.find('`'); begin != std::string::npos;) {
        const std::size_t end = cell.find('`', begin + 1);
        spans.push_back(unescape(cell.substr(begin + 1, end - begin - 1)));
        begin = cell.find('`', end + 1);
    }
    return spans;
}

std::vector<Example> documented_examples() {
    std::ifstream file(EARSHOT_SOURCE_DIR "/docs/words.md");
    std::vector<Example> examples;
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("| `")) continue;
        const std::size_t second = line.find('|', 1);
        const std::size_t third = line.find('|', second + 1);
        examples.push_back(
            {code_spans(line.substr(0, second)).front(), code_spans(line.substr(second, third - second))});
    }
    return examples;
}

TEST(TokenizerTest, gives_the_words_of_every_documented_example) {
    const std::vector<Example> examples = documented_examples();

    ASSERT_GE(examples.size(), 28U);
    for (const Example& example : examples) EXPECT_EQ(words(example.text), example.words) << example.text;
}

TEST(TokenizerTest, gives_positions_in_bytes_and_in_utf16) {
    const WordList list = Tokenizer().words_of("é 😀 don’t");

    ASSERT_EQ(list.words.size(), 3U);
    const auto position = [&](std::size_t i) {
        const Word& word = list.words[i];
        return std::vector<std::uint32_t>{word.byte_begin, word.byte_end, word.utf16_begin, word.utf16_end};
    };
    EXPECT_THAT(position(0), ElementsAre(0, 2, 0, 1));
    EXPECT_THAT(position(1), ElementsAre(3, 7, 2, 4));
    EXPECT_THAT(position(2), ElementsAre(8, 15, 5, 10));
}

TEST(TokenizerTest, counts_positions_from_where_the_piece_stands) {
    Tokenizer tokenizer;
    WordList list;

    const TextPosition end = tokenizer.append_words("a ü b", {.byte = 100, .utf16 = 40}, list);

    ASSERT_EQ(list.words.size(), 3U);
    EXPECT_EQ(list.words[0].byte_begin, 100U);
    EXPECT_EQ(list.words[1].byte_begin, 102U);
    EXPECT_EQ(list.words[1].byte_end, 104U);
    EXPECT_EQ(list.words[2].byte_begin, 105U);
    EXPECT_EQ(list.words[2].utf16_begin, 44U);
    EXPECT_EQ(end.byte, 106U);
    EXPECT_EQ(end.utf16, 45U);
}

TEST(TokenizerTest, appends_to_what_is_there) {
    Tokenizer tokenizer;
    WordList list;

    const TextPosition seam = tokenizer.append_words("One ", {}, list);
    tokenizer.append_words("Två", seam, list);

    EXPECT_THAT(normal_forms(list), ElementsAre("one", "två"));
    EXPECT_EQ(list.normal, "onetvå");
    EXPECT_EQ(list.words[1].byte_begin, 4U);
}

TEST(TokenizerTest, hashes_normal_forms_like_base) {
    const WordList list = Tokenizer().words_of("A Telecommunications ÜBER don’t $ 我");

    ASSERT_EQ(list.words.size(), 6U);
    for (const Word& word : list.words) EXPECT_EQ(word.hash, base::hash_bytes(list.normal_form(word)));
}

TEST(TokenizerTest, gives_nothing_for_nothing) {
    EXPECT_THAT(words(""), IsEmpty());
    EXPECT_THAT(words(" \n\t "), IsEmpty());
    EXPECT_THAT(words("... -- '' \u201C\u201D \u00AD"), IsEmpty());
}

TEST(TokenizerTest, leaves_soft_hyphens_at_the_edges_out_of_a_word) {
    const WordList list = Tokenizer().words_of("\u00ADa\u00ADb\u00AD");

    ASSERT_EQ(list.words.size(), 1U);
    EXPECT_EQ(list.words[0].byte_begin, 2U);
    EXPECT_EQ(list.words[0].byte_end, 6U);
    EXPECT_EQ(list.normal, "ab");
}

TEST(TokenizerTest, joins_no_letter_to_a_symbol_of_letters) {
    EXPECT_THAT(words("aⓑc"), ElementsAre("a", "b", "c"));
    EXPECT_THAT(words("1⁄2"), ElementsAre("1", "⁄", "2"));
    EXPECT_THAT(words("a.ⓑ"), ElementsAre("a", "b"));
}

TEST(TokenizerTest, lets_a_symbol_take_only_what_belongs_to_it) {
    EXPECT_THAT(words("\u20E3 $\u0301a"), ElementsAre("$\u0301", "a"));
    EXPECT_THAT(words("a\u200D😀b"), ElementsAre("a", "😀", "b"));
    EXPECT_THAT(words("😀\u200D😀\u200Da"), ElementsAre("😀😀", "a"));
    EXPECT_THAT(words("🏽👍"), ElementsAre("🏽", "👍"));
    EXPECT_THAT(words("🇫🇷🇪"), ElementsAre("🇫🇷", "🇪"));
    EXPECT_THAT(words("1\uFE0F\u20E3"), ElementsAre("1\u20E3"));
}

TEST(TokenizerTest, joins_by_the_connectors_that_are_no_low_line) {
    EXPECT_THAT(words("a‿b1"), ElementsAre("a‿b1"));
    EXPECT_THAT(words("‿"), IsEmpty());
}

TEST(TokenizerTest, skips_marks_and_format_characters_inside_a_word) {
    EXPECT_THAT(words("a\u0301.\u2060b"), ElementsAre("á.b"));
    EXPECT_THAT(words("x\u200Dy"), ElementsAre("xy"));
    EXPECT_THAT(words("a\u200Bb"), ElementsAre("a", "b")) << "a zero-width space is there to separate";
    EXPECT_THAT(words("-\u0301a"), ElementsAre("a")) << "a mark without a letter is no part of the next";
}

TEST(TokenizerTest, keeps_marks_with_the_letters_of_scripts_without_spaces) {
    EXPECT_THAT(words("မြန်မာ"), ElementsAre("မြ", "န်", "မာ"));
    EXPECT_THAT(words("ខ្មែរ"), ElementsAre("ខ្", "មែ", "រ"));
    EXPECT_THAT(words("ລາວ"), ElementsAre("ລ", "າ", "ວ"));
    EXPECT_THAT(words("日\u2060本"), ElementsAre("日", "本"));
    EXPECT_THAT(words("々゛ー"), ElementsAre("々", " \u3099", "ー"));
}

TEST(TokenizerTest, separates_at_white_space_that_uax_29_joins) {
    EXPECT_THAT(words("10\u202F000"), ElementsAre("10", "000"));
}

TEST(TokenizerTest, keeps_one_word_whose_normal_form_holds_blanks) {
    EXPECT_EQ(words("\uFDFA").size(), 1U);
    EXPECT_NE(words("\uFDFA").front().find(' '), std::string::npos);
}

TEST(TokenizerTest, gives_odd_words_but_no_fault_for_malformed_bytes) {
    const std::string_view malformed("a\xFF\x80 \xE2\x80 b\xF0\x9F", 10);

    const WordList list = Tokenizer().words_of(malformed);

    for (const Word& word : list.words) EXPECT_LE(word.byte_end, malformed.size());
    EXPECT_EQ(list.normal_form(0), "a");
}

TEST(TokenizerTest, can_be_moved) {
    Tokenizer first;
    Tokenizer second = std::move(first);
    first = Tokenizer();

    EXPECT_THAT(normal_forms(second.words_of("É a")), ElementsAre("é", "a"));
    EXPECT_THAT(normal_forms(first.words_of("É a")), ElementsAre("é", "a"));
}

TEST(WordListTest, clears_words_and_normal_forms) {
    WordList list = Tokenizer().words_of("a b");

    list.clear();

    EXPECT_THAT(list.words, IsEmpty());
    EXPECT_EQ(list.normal, "");
}

}  // namespace
}  // namespace earshot::text
