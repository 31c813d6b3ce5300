// Laws of words that hold for every text: on all short strings over tricky alphabets, and on random longer ones.
#include "earshot/base/hash.hpp"
#include "earshot/text/sentences.hpp"
#include "earshot/text/tokenizer.hpp"
#include "earshot/text/utf8.hpp"

#include "../../src/text/ascii_words.hpp"
#include "../../src/text/normal_form.hpp"
#include "../../src/text/unicode_words.hpp"

#include <gtest/gtest.h>
#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utext.h>

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace earshot::text {
namespace {

constexpr std::uint32_t k_seed = 20240917;

/// Pieces of many scripts and everything that rules treat apart; joined at random they make texts.
constexpr auto k_pieces = std::to_array<std::string_view>({"a",       "B",         "how",
                                                           "COST",    "don't",     "1",
                                                           "3.5",     "1,000",     "'",
                                                           "\"",      ".",         ",",
                                                           ";",       ":",         "_",
                                                           "-",       "@",         "/",
                                                           "$",       "+",         "!",
                                                           " ",       " ",         " ",
                                                           "\n",      "\t",        "é",
                                                           "e\u0301", "ß",         "Ä",
                                                           "ﬁ",       "İ",         "ŉ",
                                                           "’",       "‘",         "＇",
                                                           "“",       "…",         "—",
                                                           "－",      "＿",        "：",
                                                           "\u00AD",  "\u0301",    "\u200B",
                                                           "\u200C",  "\u200D",    "\u2060",
                                                           "\uFEFF",  "\u034F",    "\u3164",
                                                           "\u115F",  "\u00A0",    "\u202F",
                                                           "\u3000",  "\u2028",    "\u0085",
                                                           "Привет",  "мир",       "Σίς",
                                                           "א",       "ב\"ה",      "ג'",
                                                           "سلام",    "٣",         "नमस्ते",
                                                           "我",      "想取消",    "。",
                                                           "カ",      "ー",        "ｶﾞ",
                                                           "ﾞ",       "゛",        "ひ",
                                                           "กำ",      "เลิก",       "ลາວ",
                                                           "ខ្មែរ",    "မြန်မာ",     "한국",
                                                           "\u1100",  "\u1161",    "😀",
                                                           "👍🏽",    "🏽",        "👨‍👩‍👧",
                                                           "🇫🇷",      "🇪",         "❤️",
                                                           "1️⃣",       "™",         "ⓑ",
                                                           "①",       "½",         "²",
                                                           "⁄",       "‿",         "·",
                                                           "\uFDFA",  "㌀",        "ℹ",
                                                           "‼",       "〰",        "゠",
                                                           "𝐀",       "𠀀",        "\U000E0061",
                                                           "\uFFFD",  "\U0010FFFF"});

class RandomTexts {
public:
    explicit RandomTexts(std::uint32_t seed) : random_(seed) {}

    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }

    std::string joined(std::span<const std::string_view> pieces, std::size_t count) {
        std::string text;
        for (std::size_t i = 0; i < count; ++i) text += pieces[below(pieces.size())];
        return text;
    }

    std::string any(std::size_t count) { return joined(k_pieces, count); }

    std::string ascii(std::size_t size) {
        std::string text;
        for (std::size_t i = 0; i < size; ++i) text += static_cast<char>(below(0x80));
        return text;
    }

private:
    std::mt19937 random_;
};

/// Words as values that can be compared, and printed when they differ.
std::vector<std::string> described(const WordList& list) {
    std::vector<std::string> all;
    for (const Word& word : list.words) {
        all.push_back(std::string(list.normal_form(word)) + " bytes " + std::to_string(word.byte_begin) + "-" +
                      std::to_string(word.byte_end) + " units " + std::to_string(word.utf16_begin) + "-" +
                      std::to_string(word.utf16_end) + " hash " + std::to_string(word.hash));
    }
    return all;
}

std::vector<std::string> normal_forms(const WordList& list) {
    std::vector<std::string> forms;
    for (const Word& word : list.words) forms.emplace_back(list.normal_form(word));
    return forms;
}

std::vector<std::string> streamed(Tokenizer& tokenizer, std::string_view text, std::vector<std::size_t> cuts,
                                  std::size_t max_pending_bytes = 64 * 1024) {
    WordList list;
    WordStream stream(tokenizer, list, max_pending_bytes);
    cuts.push_back(text.size());
    std::size_t begin = 0;
    for (const std::size_t cut : cuts) {
        stream.feed(text.substr(begin, cut - begin));
        begin = cut;
    }
    stream.finish();
    return described(list);
}

/// Calls `check` with every string of up to `max_size` characters of `alphabet`.
template <typename Check>
void for_all_strings(std::string_view alphabet, std::size_t max_size, const Check& check) {
    std::vector<std::size_t> digits;
    std::string text;
    while (true) {
        text.clear();
        for (const std::size_t digit : digits) text += alphabet[digit];
        check(text);
        std::size_t place = 0;
        while (place < digits.size() && ++digits[place] == alphabet.size()) digits[place++] = 0;
        if (place < digits.size()) continue;
        if (digits.size() == max_size) return;
        digits.push_back(0);
    }
}

std::vector<std::string> byte_path(std::string_view text) {
    WordList list;
    append_ascii_words(text, {.byte = 7, .utf16 = 5}, list);
    return described(list);
}

std::vector<std::string> unicode_path(UnicodeWords& words, std::string_view text) {
    WordList list;
    words.append(text, {.byte = 7, .utf16 = 5}, list);
    return described(list);
}

TEST(AsciiPathLaw, equals_the_unicode_path_on_all_short_strings) {
    UnicodeWords words;

    for_all_strings("aZ1.',;:_$ ", 5,
                    [&](const std::string& text) { ASSERT_EQ(byte_path(text), unicode_path(words, text)) << text; });
    for_all_strings("aB09.'\",;:_-@$^/# \n", 3,
                    [&](const std::string& text) { ASSERT_EQ(byte_path(text), unicode_path(words, text)) << text; });
}

TEST(AsciiPathLaw, equals_the_unicode_path_on_random_ascii) {
    UnicodeWords words;
    RandomTexts random(k_seed);

    for (int round = 0; round < 3000; ++round) {
        const std::string text = random.ascii(random.below(120));
        ASSERT_EQ(byte_path(text), unicode_path(words, text)) << text;
    }
}

TEST(AsciiPathLaw, equals_the_unicode_path_in_texts_of_both_kinds) {
    UnicodeWords words;
    Tokenizer tokenizer;
    RandomTexts random(k_seed + 1);

    for (int round = 0; round < 3000; ++round) {
        const std::string text = random.any(random.below(40));
        ASSERT_EQ(described(tokenizer.words_of(text)).size(), unicode_path(words, text).size()) << text;
        WordList list;
        tokenizer.append_words(text, {.byte = 7, .utf16 = 5}, list);
        ASSERT_EQ(described(list), unicode_path(words, text)) << text;
    }
}

TEST(WordStreamLaw, gives_the_same_words_for_every_two_cuts) {
    Tokenizer tokenizer;
    RandomTexts random(k_seed + 2);

    for (int round = 0; round < 60; ++round) {
        const std::string text = random.any(8);
        const std::vector<std::string> whole = described(tokenizer.words_of(text));
        for (std::size_t first = 0; first <= text.size(); ++first) {
            for (std::size_t second = first; second <= text.size(); ++second) {
                ASSERT_EQ(streamed(tokenizer, text, {first, second}), whole) << text;
            }
        }
    }
}

TEST(WordStreamLaw, gives_the_same_words_byte_by_byte) {
    Tokenizer tokenizer;
    RandomTexts random(k_seed + 3);

    for (int round = 0; round < 200; ++round) {
        const std::string text = random.any(60);
        std::vector<std::size_t> cuts;
        for (std::size_t cut = 1; cut < text.size(); ++cut) cuts.push_back(cut);
        ASSERT_EQ(streamed(tokenizer, text, cuts), described(tokenizer.words_of(text))) << text;
    }
}

TEST(WordStreamLaw, gives_the_same_words_for_random_cuts_of_large_texts) {
    Tokenizer tokenizer;
    RandomTexts random(k_seed + 4);

    for (int round = 0; round < 12; ++round) {
        const std::string text = random.any(8000);
        std::vector<std::size_t> cuts;
        for (int i = 0; i < 200; ++i) cuts.push_back(random.below(text.size()));
        std::ranges::sort(cuts);
        ASSERT_EQ(streamed(tokenizer, text, cuts), described(tokenizer.words_of(text)));
    }
}

TEST(WordStreamLaw, cuts_overlong_runs_at_the_same_places_for_all_pieces) {
    Tokenizer tokenizer;
    RandomTexts random(k_seed + 5);

    for (int round = 0; round < 400; ++round) {
        const std::string text = random.any(60);
        const std::size_t limit = 4 + random.below(20);
        std::vector<std::size_t> cuts;
        for (std::size_t i = 0; i < 1 + random.below(30); ++i) cuts.push_back(random.below(text.size()));
        std::ranges::sort(cuts);
        ASSERT_EQ(streamed(tokenizer, text, cuts, limit), streamed(tokenizer, text, {}, limit)) << text;
    }
}

std::string normalised(Normalizer& normalizer, std::string_view word) {
    std::string out;
    normalizer.append(word, out);
    return out;
}

TEST(NormalFormLaw, does_not_change_when_normalised_again) {
    Normalizer normalizer;
    RandomTexts random(k_seed + 6);

    for (UChar32 c = 0; c <= 0x10FFFF; ++c) {
        if (U_IS_SURROGATE(c)) continue;
        std::string bytes;
        const std::string once = normalised(normalizer, icu::UnicodeString(c).toUTF8String(bytes));
        ASSERT_EQ(normalised(normalizer, once), once) << c;
    }
    for (int round = 0; round < 20000; ++round) {
        const std::string once = normalised(normalizer, random.any(1 + random.below(6)));
        ASSERT_EQ(normalised(normalizer, once), once);
        ASSERT_FALSE(find_invalid_utf8(once));
    }
}

TEST(NormalFormLaw, is_stable_over_random_code_points) {
    Normalizer normalizer;
    RandomTexts random(k_seed + 7);

    for (int round = 0; round < 20000; ++round) {
        std::string word;
        for (int i = 0; i < 4; ++i) {
            const auto c = static_cast<UChar32>(random.below(random.below(2) == 0 ? 0x3100 : 0x1F000));
            if (!U_IS_SURROGATE(c)) icu::UnicodeString(c).toUTF8String(word);
        }
        const std::string once = normalised(normalizer, word);
        ASSERT_EQ(normalised(normalizer, once), once) << word;
    }
}

TEST(WordLaw, lies_inside_the_text_in_order_and_makes_the_same_word_alone) {
    Tokenizer tokenizer;
    RandomTexts random(k_seed + 8);

    for (int round = 0; round < 3000; ++round) {
        const std::string text = random.any(random.below(30));
        const WordList list = tokenizer.words_of(text);
        std::uint32_t end = 0;
        for (const Word& word : list.words) {
            ASSERT_LE(end, word.byte_begin) << text;
            ASSERT_LT(word.byte_begin, word.byte_end) << text;
            end = word.byte_end;
            const std::string cut = text.substr(word.byte_begin, word.byte_end - word.byte_begin);
            const WordList alone = tokenizer.words_of(cut);
            ASSERT_EQ(alone.words.size(), 1U) << text << " / " << cut;
            ASSERT_EQ(alone.normal_form(0), list.normal_form(word)) << text << " / " << cut;
            ASSERT_EQ(alone.words[0].hash, base::hash_bytes(list.normal_form(word)));
            ASSERT_EQ(alone.words[0].byte_end, cut.size()) << text << " / " << cut;
        }
        ASSERT_LE(end, text.size());
    }
}

TEST(WordLaw, has_the_utf16_positions_of_a_conversion) {
    Tokenizer tokenizer;
    RandomTexts random(k_seed + 9);
    const auto units = [](const std::string& text, std::uint32_t size) {
        return static_cast<std::uint32_t>(icu::UnicodeString::fromUTF8(text.substr(0, size)).length());
    };

    for (int round = 0; round < 1000; ++round) {
        const std::string text = random.any(30);
        ASSERT_EQ(utf16_length(text), units(text, static_cast<std::uint32_t>(text.size())));
        for (const Word& word : tokenizer.words_of(text).words) {
            ASSERT_EQ(word.utf16_begin, units(text, word.byte_begin)) << text;
            ASSERT_EQ(word.utf16_end, units(text, word.byte_end)) << text;
        }
    }
}

TEST(WordLaw, joins_over_no_white_space) {
    Tokenizer tokenizer;
    RandomTexts random(k_seed + 10);

    for (int round = 0; round < 2000; ++round) {
        const std::string left = random.any(random.below(12));
        const std::string right = random.any(random.below(12));
        std::vector<std::string> expected = normal_forms(tokenizer.words_of(left));
        std::ranges::copy(normal_forms(tokenizer.words_of(right)), std::back_inserter(expected));
        for (const std::string_view space : {" ", "\n", "\u00A0", "\u3000"}) {
            const std::string text = left + std::string(space) + right;
            ASSERT_EQ(normal_forms(tokenizer.words_of(text)), expected) << text;
        }
    }
}

TEST(WordLaw, does_not_see_soft_hyphens) {
    Tokenizer tokenizer;
    RandomTexts random(k_seed + 11);

    for (int round = 0; round < 2000; ++round) {
        const std::string text = random.any(random.below(16));
        std::string hyphenated;
        for (const char byte : text) {
            const bool begins_code_point = (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
            if (begins_code_point && random.below(3) == 0) hyphenated += "\u00AD";
            hyphenated += byte;
        }
        ASSERT_EQ(normal_forms(tokenizer.words_of(hyphenated)), normal_forms(tokenizer.words_of(text))) << text;
    }
}

TEST(WordLaw, does_not_tell_apostrophes_apart) {
    Tokenizer tokenizer;
    RandomTexts random(k_seed + 12);
    constexpr auto pieces = std::to_array<std::string_view>({"a", "don", "1", "א", "é", "我", "'", "'", ".", " ", "$"});
    constexpr auto apostrophes = std::to_array<std::string_view>({"'", "\u2018", "\u2019", "\uFF07"});

    for (int round = 0; round < 2000; ++round) {
        const std::string text = random.joined(pieces, random.below(12));
        std::string other;
        for (const char byte : text) {
            other += byte == '\'' ? apostrophes[random.below(apostrophes.size())] : std::string_view(&byte, 1);
        }
        ASSERT_EQ(normal_forms(tokenizer.words_of(other)), normal_forms(tokenizer.words_of(text))) << other;
    }
}

/// The segments that ICU's own word rules find, where they hold a letter or number or begin with a symbol.
std::vector<std::pair<std::uint32_t, std::uint32_t>> icu_words(icu::BreakIterator& rules, const std::string& text) {
    UErrorCode status = U_ZERO_ERROR;
    UText view = UTEXT_INITIALIZER;
    utext_openUTF8(&view, text.data(), static_cast<std::int64_t>(text.size()), &status);
    rules.setText(&view, status);
    utext_close(&view);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> words;
    std::int32_t begin = rules.first();
    for (std::int32_t end = rules.next(); end != icu::BreakIterator::DONE; begin = end, end = rules.next()) {
        const auto segment = icu::UnicodeString::fromUTF8(
            text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
        bool is_word = (U_GET_GC_MASK(segment.char32At(0)) & U_GC_S_MASK) != 0;
        for (std::int32_t i = 0; i < segment.length(); i = segment.moveIndex32(i, 1)) {
            is_word |= (U_GET_GC_MASK(segment.char32At(i)) & (U_GC_L_MASK | U_GC_N_MASK)) != 0;
        }
        if (is_word) words.emplace_back(begin, end);
    }
    return words;
}

TEST(WordLaw, agrees_with_icu_where_nothing_is_tailored) {
    // Not here: `:`, `@`, `_`, dashes, and the scripts (Hangul too) that ICU cuts by dictionary.
    constexpr auto pieces = std::to_array<std::string_view>({"a",      "B",      "é",
                                                             "о",      "Σ",      "א",
                                                             "ב",      "س",      "न",
                                                             "1",      "2",      "٣",
                                                             "'",      "\"",     ".",
                                                             ",",      ";",      "·",
                                                             "‿",      "/",      "!",
                                                             "(",      " ",      " ",
                                                             "\n",     "$",      "™",
                                                             "<",      "½",      "①",
                                                             "\u0301", "\u2060", "ा",
                                                             "\u034F", "\u1100", "\u1161",
                                                             "😀",     "👍🏽",   "👨‍👩‍👧",
                                                             "🇫",      "🇷",      "𝐀",
                                                             "㏂",     "٫",      "٬",
                                                             "՟",      "“",      "…",
                                                             "？"});
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<icu::BreakIterator> rules(
        icu::BreakIterator::createWordInstance(icu::Locale::getRoot(), status));
    ASSERT_TRUE(U_SUCCESS(status));
    Tokenizer tokenizer;
    RandomTexts random(k_seed + 13);

    for (int round = 0; round < 20000; ++round) {
        const std::string text = random.joined(pieces, random.below(14));
        std::vector<std::pair<std::uint32_t, std::uint32_t>> ours;
        for (const Word& word : tokenizer.words_of(text).words) ours.emplace_back(word.byte_begin, word.byte_end);
        ASSERT_EQ(ours, icu_words(*rules, text)) << text;
    }
}

TEST(SentenceLawTest, a_space_beyond_ascii_at_the_end_changes_no_sentence) {
    constexpr std::string_view k_alphabet = " aBz1.?!;:\n\r\t\"'),-";
    SentenceSplitter splitter;
    std::mt19937 random(20260504);
    for (int trial = 0; trial < 20'000; ++trial) {
        std::string text;
        for (auto left = random() % 12; left > 0; --left) text += k_alphabet[random() % k_alphabet.size()];
        for (const std::string_view language : {"en", "es", "el"}) {
            const std::vector<Sentence> plain = splitter.split(text, language);
            EXPECT_EQ(plain, splitter.split(text + "\u2003", language)) << text << " in " << language;
        }
    }
}

}  // namespace
}  // namespace earshot::text
