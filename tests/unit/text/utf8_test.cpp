#include "earshot/text/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace earshot::text {
namespace {

struct Utf8Case {
    const char* name;
    std::string bytes;
    std::optional<std::size_t> invalid_at;
};

class FindInvalidUtf8Test : public testing::TestWithParam<Utf8Case> {};

TEST_P(FindInvalidUtf8Test, tells_the_first_offset) {
    EXPECT_EQ(find_invalid_utf8(GetParam().bytes), GetParam().invalid_at);
}

TEST_P(FindInvalidUtf8Test, tells_it_behind_other_text_too) {
    const std::string before = "twelve bytes\xC3\xA9";
    auto expected = GetParam().invalid_at;
    if (expected) *expected += before.size();

    EXPECT_EQ(find_invalid_utf8(before + GetParam().bytes), expected);
}

INSTANTIATE_TEST_SUITE_P(
    Utf8, FindInvalidUtf8Test,
    testing::Values(Utf8Case{"empty", "", std::nullopt}, Utf8Case{"ascii", "plain text of ASCII", std::nullopt},
                    Utf8Case{"two_bytes", "\xC2\x80\xDF\xBF", std::nullopt},
                    Utf8Case{"three_bytes", "\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF", std::nullopt},
                    Utf8Case{"four_bytes", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", std::nullopt},
                    Utf8Case{"lone_continuation", "abc\x80", 3}, Utf8Case{"overlong_two", "ab\xC0\xAF", 2},
                    Utf8Case{"overlong_three", "\xE0\x9F\xBF", 0}, Utf8Case{"overlong_four", "\xF0\x8F\xBF\xBF", 0},
                    Utf8Case{"surrogate", "a\xED\xA0\x80", 1}, Utf8Case{"beyond_unicode", "\xF4\x90\x80\x80", 0},
                    Utf8Case{"no_lead_byte", "\xF8\x88\x80\x80\x80", 0}, Utf8Case{"cut_sequence", "ok \xE2\x82", 3},
                    Utf8Case{"wrong_continuation", "\xE2\x82g", 0}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Utf16LengthTest, counts_two_units_for_a_supplementary_code_point) {
    EXPECT_EQ(utf16_length(""), 0U);
    EXPECT_EQ(utf16_length("abc"), 3U);
    EXPECT_EQ(utf16_length("é€😀"), 4U);
}

TEST(TrimTest, takes_white_space_of_all_kinds_from_both_ends) {
    EXPECT_EQ(trim(" \t\u00A0\u2003\u3000 a b\u1680\u0085\u202F\u205F\r\n"), "a b");
    EXPECT_EQ(trim("\u2028\u2029 "), "");
    EXPECT_EQ(trim(""), "");
}

TEST(TrimTest, leaves_invisible_characters_that_are_no_white_space) {
    EXPECT_EQ(trim("\u200Ba\u2060"), "\u200Ba\u2060");
}

}  // namespace
}  // namespace earshot::text
