#include "earshot/match/vocabulary.hpp"

#include <gtest/gtest.h>

#include <string>

namespace earshot::match {
namespace {

TEST(WordKeyTest, is_the_same_wherever_the_word_stands) {
    const std::string text = "abcdefghijklmnopqrstuvwxyz";
    for (std::size_t buffer = 8; buffer <= text.size(); ++buffer) {
        const std::string inside = text.substr(0, buffer);  // so that a sanitizer sees a read behind it
        for (std::size_t begin = 0; begin < buffer; ++begin) {
            for (std::size_t size = 1; begin + size <= buffer; ++size) {
                const std::string word = inside.substr(begin, size);
                const std::string padded = word + std::string(8, '\0');
                const WordKey plain(word, 7);
                const WordKey a = WordKey::inside({inside.data() + begin, size}, 7, inside.data() + buffer);
                const WordKey b = WordKey::padded({padded.data(), size}, 7);
                EXPECT_EQ(a.text, word);
                EXPECT_EQ(a.hash, 7u);
                EXPECT_EQ(a.head, plain.head) << word;
                EXPECT_EQ(a.tail, plain.tail) << word;
                EXPECT_EQ(b.text, word);
                EXPECT_EQ(b.head, plain.head) << word;
                EXPECT_EQ(b.tail, plain.tail) << word;
            }
        }
    }
}

TEST(WordKeyTest, of_a_short_word_has_zeros_behind_it) {
    EXPECT_EQ(WordKey(std::string(), 0).head, 0u);
    EXPECT_NE(WordKey("ab", 0).head, WordKey("ab ", 0).head);
    EXPECT_EQ(WordKey("ab", 0).head, WordKey("ab", 0).tail);
    EXPECT_NE(WordKey("abcdefghi", 0).head, WordKey("abcdefghi", 0).tail);
}

TEST(VocabularyTest, finds_nothing_when_empty) {
    Vocabulary words;
    EXPECT_EQ(words.size(), 0u);
    EXPECT_EQ(words.find({"price", base::hash_bytes("price")}), k_no_word);

    words.shrink();
    EXPECT_EQ(words.find({"price", base::hash_bytes("price")}), k_no_word);
}

TEST(VocabularyTest, numbers_words_in_the_order_of_insertion) {
    Vocabulary words;
    EXPECT_EQ(words.insert({"how", base::hash_bytes("how")}), 0u);
    EXPECT_EQ(words.insert({"much", base::hash_bytes("much")}), 1u);
    EXPECT_EQ(words.insert({"how", base::hash_bytes("how")}), 0u);
    EXPECT_EQ(words.insert({"", base::hash_bytes("")}), 2u);
    words.shrink();

    EXPECT_EQ(words.size(), 3u);
    EXPECT_EQ(words.word(0), "how");
    EXPECT_EQ(words.word(1), "much");
    EXPECT_EQ(words.word(2), "");
    EXPECT_EQ(words.find({"much", base::hash_bytes("much")}), 1u);
    EXPECT_EQ(words.find({"", base::hash_bytes("")}), 2u);
    EXPECT_EQ(words.find({"muc", base::hash_bytes("muc")}), k_no_word);
}

// What the hash says of a word must never be believed: 0 sends all words to the first slot, all ones to the last.
class VocabularyCollisionTest : public testing::TestWithParam<std::uint64_t> {};

TEST_P(VocabularyCollisionTest, tells_words_of_one_hash_apart) {
    const std::uint64_t hash = GetParam();
    Vocabulary words;
    for (int i = 0; i < 300; ++i) ASSERT_EQ(words.insert({"w" + std::to_string(i), hash}), static_cast<WordId>(i));
    words.shrink();

    for (int i = 0; i < 300; ++i) EXPECT_EQ(words.find({"w" + std::to_string(i), hash}), static_cast<WordId>(i));
    EXPECT_EQ(words.find({"w300", hash}), k_no_word);
    EXPECT_EQ(words.find({"", hash}), k_no_word);
}

TEST_P(VocabularyCollisionTest, tells_words_apart_that_differ_in_one_byte) {
    const std::uint64_t hash = GetParam();
    for (std::size_t size = 1; size < 40; ++size) {
        const std::string word(size, 'a');
        Vocabulary words;
        words.insert({word, hash});
        for (std::size_t at = 0; at < size; ++at) {
            std::string other = word;
            other[at] = 'b';
            EXPECT_EQ(words.find({other, hash}), k_no_word) << other;
        }
        EXPECT_EQ(words.find({word, hash}), 0u);
        EXPECT_EQ(words.find({word + "a", hash}), k_no_word);
    }
}

INSTANTIATE_TEST_SUITE_P(hashes, VocabularyCollisionTest,
                         testing::Values(0, 0xFFFF'FFFF'FFFF'FFFF, 0x8000'0000'0000'0000, 0xFFFF'FFFF));

TEST(VocabularyTest, keeps_many_words_in_little_memory) {
    Vocabulary words;
    std::size_t bytes = 0;
    for (int i = 0; i < 20'000; ++i) {
        const std::string word = "word" + std::to_string(i);
        words.insert({word, base::hash_bytes(word)});
        bytes += word.size();
    }
    words.shrink();

    EXPECT_LT(words.memory_bytes(), bytes + 20'000 * 38);
    for (int i = 0; i < 20'000; ++i) {
        const std::string word = "word" + std::to_string(i);
        ASSERT_EQ(words.find({word, base::hash_bytes(word)}), static_cast<WordId>(i));
    }
    EXPECT_EQ(words.find({"word20000", base::hash_bytes("word20000")}), k_no_word);
}

}  // namespace
}  // namespace earshot::match
