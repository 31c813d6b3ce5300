#include "earshot/text/tokenizer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace earshot::text {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class WordStreamTest : public testing::Test {
protected:
    std::vector<std::string> words() const {
        std::vector<std::string> forms;
        for (const Word& word : list.words) forms.emplace_back(list.normal_form(word));
        return forms;
    }

    Tokenizer tokenizer;
    WordList list;
};

TEST_F(WordStreamTest, gives_a_word_at_the_white_space_behind_it) {
    WordStream stream(tokenizer, list);

    stream.feed("how mu");
    EXPECT_THAT(words(), ElementsAre("how"));

    stream.feed("ch");
    EXPECT_THAT(words(), ElementsAre("how"));

    stream.feed(" ");
    EXPECT_THAT(words(), ElementsAre("how", "much"));
}

TEST_F(WordStreamTest, gives_the_rest_at_the_end) {
    WordStream stream(tokenizer, list);

    stream.feed("3");
    stream.feed(".");
    stream.feed("5");
    EXPECT_THAT(words(), IsEmpty());

    stream.finish();
    EXPECT_THAT(words(), ElementsAre("3.5"));
}

TEST_F(WordStreamTest, waits_for_the_end_of_a_sequence) {
    WordStream stream(tokenizer, list);

    stream.feed("caf\xC3");
    stream.feed("\xA9\xE3\x80");
    EXPECT_THAT(words(), IsEmpty());

    stream.feed("\x80");
    EXPECT_THAT(words(), ElementsAre("café")) << "an ideographic space is white space";
}

TEST_F(WordStreamTest, counts_positions_over_all_pieces_and_anew_after_the_end) {
    WordStream stream(tokenizer, list);

    stream.feed("😀 a");
    stream.feed("b c");
    stream.finish();
    stream.feed("d");
    stream.finish();

    ASSERT_THAT(words(), ElementsAre("😀", "ab", "c", "d"));
    EXPECT_EQ(list.words[1].byte_begin, 5U);
    EXPECT_EQ(list.words[1].utf16_begin, 3U);
    EXPECT_EQ(list.words[2].utf16_end, 7U);
    EXPECT_EQ(list.words[3].byte_begin, 0U);
    EXPECT_EQ(list.words[3].utf16_begin, 0U);
}

TEST_F(WordStreamTest, gives_nothing_for_an_empty_text) {
    WordStream stream(tokenizer, list);

    stream.feed("");
    stream.finish();

    EXPECT_THAT(words(), IsEmpty());
}

TEST_F(WordStreamTest, cuts_an_overlong_run_between_two_code_points) {
    WordStream stream(tokenizer, list, 8);

    stream.feed("ab ääääää cd");
    stream.finish();

    EXPECT_THAT(words(), ElementsAre("ab", "ääää", "ää", "cd"));
}

TEST_F(WordStreamTest, leaves_a_run_of_just_the_limit_whole) {
    WordStream stream(tokenizer, list, 8);

    stream.feed("a 12345678 b");
    stream.feed("bbbbbbb\u3000c");
    stream.finish();

    EXPECT_THAT(words(), ElementsAre("a", "12345678", "bbbbbbbb", "c"));
}

TEST_F(WordStreamTest, cuts_an_overlong_run_at_the_same_places_for_all_pieces) {
    const std::string text = "x " + std::string(100, 'a') + " ÄÄÄÄÄÄÄÄÄÄÄÄ ,,,,,,,,,,,,,,,,,,b😀😀😀😀😀\u3000yz";
    WordStream whole(tokenizer, list, 10);
    whole.feed(text);
    whole.finish();
    const std::vector<std::string> expected = words();

    for (std::size_t size = 1; size < text.size(); ++size) {
        list.clear();
        WordStream stream(tokenizer, list, 10);
        for (std::size_t at = 0; at < text.size(); at += size) stream.feed(std::string_view(text).substr(at, size));
        stream.finish();

        EXPECT_EQ(words(), expected) << "pieces of " << size;
    }
}

}  // namespace
}  // namespace earshot::text
