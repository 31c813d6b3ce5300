#include "../../../src/text/code_points.hpp"

#include "../../../src/text/white_space.hpp"

#include <gtest/gtest.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <string>

namespace earshot::text {
namespace {

constexpr UChar32 k_last_code_point = 0x10FFFF;

std::string utf8_of(UChar32 code_point) {
    std::string bytes;
    return icu::UnicodeString(code_point).toUTF8String(bytes);
}

PointKind kind_of(std::uint32_t code_point) {
    return CodePoints().traits(code_point).kind;
}

TEST(WhiteSpaceTest, is_what_unicode_says) {
    for (UChar32 c = 0; c <= k_last_code_point; ++c) {
        const std::string bytes = utf8_of(c);
        const std::size_t expected = u_isUWhiteSpace(c) != 0 ? bytes.size() : 0;

        ASSERT_EQ(leading_white_space(bytes + "x"), expected) << c;
        ASSERT_EQ(trailing_white_space("x" + bytes), expected) << c;
    }
}

TEST(CodePointsTest, leave_no_code_point_to_the_rule_for_katakana) {
    CodePoints code_points;

    for (UChar32 c = 0; c <= k_last_code_point; ++c) {
        if (u_getIntPropertyValue(c, UCHAR_WORD_BREAK) != U_WB_KATAKANA) continue;
        const PointKind kind = code_points.traits(static_cast<std::uint32_t>(c)).kind;
        EXPECT_TRUE(kind == PointKind::cluster || kind == PointKind::symbol || kind == PointKind::boundary) << c;
    }
}

TEST(CodePointsTest, make_every_space_and_dash_a_boundary) {
    CodePoints code_points;

    for (UChar32 c = 0; c <= k_last_code_point; ++c) {
        if (u_isUWhiteSpace(c) == 0 && u_charType(c) != U_DASH_PUNCTUATION) continue;
        EXPECT_EQ(code_points.traits(static_cast<std::uint32_t>(c)).kind, PointKind::boundary) << c;
    }
}

TEST(CodePointsTest, make_every_symbol_a_symbol) {
    CodePoints code_points;

    for (UChar32 c = 0; c <= k_last_code_point; ++c) {
        if ((U_GET_GC_MASK(c) & U_GC_S_MASK) == 0) continue;
        const PointKind kind = code_points.traits(static_cast<std::uint32_t>(c)).kind;
        EXPECT_TRUE(kind == PointKind::symbol || kind == PointKind::regional_indicator) << c;
    }
}

TEST(CodePointsTest, know_compatibility_forms_of_separators) {
    for (const std::uint32_t c : {0xFE33, 0xFE34, 0xFE4D, 0xFE4E, 0xFE4F, 0xFF3F}) {
        EXPECT_EQ(kind_of(c), PointKind::boundary) << "a low line: " << c;
    }
    for (const std::uint32_t c : {0xFE13, 0xFE55, 0xFF1A})
        EXPECT_EQ(kind_of(c), PointKind::boundary) << "a colon: " << c;
    for (const std::uint32_t c : {0xFE6B, 0xFF20}) EXPECT_EQ(kind_of(c), PointKind::boundary) << "an at sign: " << c;
    EXPECT_EQ(kind_of(0x203F), PointKind::extend_num_let) << "an undertie is no low line";
    EXPECT_EQ(kind_of(0x2212), PointKind::symbol) << "a minus sign is no dash";
}

TEST(CodePointsTest, take_the_long_vowel_mark_as_katakana) {
    EXPECT_EQ(kind_of(0x30FC), PointKind::cluster);
    EXPECT_EQ(kind_of(0xFF70), PointKind::cluster);
    EXPECT_EQ(kind_of(0x3005), PointKind::cluster) << "the mark that repeats a Han letter";
}

TEST(CodePointsTest, answer_the_same_from_the_cache) {
    CodePoints code_points;

    EXPECT_EQ(code_points.traits('a').kind, PointKind::letter);
    EXPECT_EQ(code_points.traits('a' + 1024).kind, PointKind::letter);
    EXPECT_EQ(code_points.traits('1').kind, PointKind::numeric);
    EXPECT_EQ(code_points.traits('a').kind, PointKind::letter);
    EXPECT_EQ(code_points.traits(0).kind, PointKind::other);
}

}  // namespace
}  // namespace earshot::text
