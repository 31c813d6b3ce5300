#include "earshot/text/percent.hpp"

#include <gtest/gtest.h>

#include <string>

namespace earshot::text {
namespace {

TEST(DecodePercentTest, turns_two_hex_digits_into_a_byte) {
    EXPECT_EQ(decode_percent(""), "");
    EXPECT_EQ(decode_percent("a+b%20c%2Fd%2f"), "a+b c/d/");
    EXPECT_EQ(decode_percent("%C3%a9%00%FF"), std::string("\xC3\xA9\0\xFF", 4));
    EXPECT_EQ(decode_percent("%2525"), "%25");
}

TEST(DecodePercentTest, refuses_a_per_cent_sign_without_two_hex_digits) {
    for (const char* text : {"%", "a%2", "%zz", "%2g", "%g2", "100%", "%%20"}) {
        EXPECT_FALSE(decode_percent(text)) << text;
        EXPECT_FALSE(decode_form(text)) << text;
    }
}

TEST(DecodeFormTest, has_plus_signs_for_blanks) {
    EXPECT_EQ(decode_form("a+b%2Bc%20d"), "a b+c d");
}

}  // namespace
}  // namespace earshot::text
