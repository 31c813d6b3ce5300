#include "earshot/semantic/plain_text.hpp"

#include <gtest/gtest.h>

namespace earshot::semantic {
namespace {

TEST(PlainTextTest, HoldsNormalWordsAndABlankWhereTheyDidNotTouch) {
    text::Tokenizer tokenizer;
    EXPECT_EQ(plain_text("  How much,does it COST?! ", tokenizer), "how much does it cost");
    EXPECT_EQ(plain_text("don\u2019t sign-up", tokenizer), "don't sign up");
    EXPECT_EQ(plain_text("it is $5", tokenizer), "it is $5");
    EXPECT_EQ(plain_text("ありがとう。またね", tokenizer), "ありがとう またね");
    EXPECT_EQ(plain_text("…", tokenizer), "");
}

TEST(PlainTextTest, IsTheSameForATextAndForItsPlainText) {
    text::Tokenizer tokenizer;
    for (const char* text : {"Well, I'd say: 3.5 or 4% (at most).", "¿Cómo está?", "ﬁne—then", "这是 什么？"}) {
        const std::string plain = plain_text(text, tokenizer);
        EXPECT_EQ(plain_text(plain, tokenizer), plain) << text;
    }
}

TEST(PlainTextTest, OfAWindowIsTheStretchOfThatOfTheWhole) {
    text::Tokenizer tokenizer;
    const text::WordList words = tokenizer.words_of("One, two; three-four five");
    std::string plain;
    append_plain_text(words, {1, 3}, plain);
    EXPECT_EQ(plain, "two three four");
}

}  // namespace
}  // namespace earshot::semantic
