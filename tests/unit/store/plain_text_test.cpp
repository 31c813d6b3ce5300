#include "plain_text.hpp"

#include "earshot/text/utf8.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace earshot::store {
namespace {

using namespace std::string_literals;

/// Bytes of which about a third are U+0000 or U+0001, and others belong to no UTF-8.
std::string random_bytes(std::mt19937_64& random) {
    const std::string pieces[] = {"\0"s, "\x01"s, "\x02"s, "a"s, "\xC3\xA9"s, "\xF0\x9F\x93\x9E"s, "\xC3"s, "\xFF"s};
    std::string bytes;
    for (std::uint64_t left = random() % 12; left > 0; --left) bytes += pieces[random() % std::size(pieces)];
    return bytes;
}

TEST(PlainTextTest, any_bytes_become_plain_text_and_plain_text_stays) {
    std::mt19937_64 random(3);
    for (int round = 0; round < 2000; ++round) {
        const std::string bytes = random_bytes(random);
        const std::string plain = as_plain_text(bytes);

        ASSERT_TRUE(is_plain_text(plain)) << "round " << round;
        ASSERT_EQ(as_plain_text(plain), plain) << "round " << round;
        if (is_plain_text(bytes)) {
            ASSERT_EQ(plain, bytes) << "round " << round;
        }
        // What is counted in UTF-16, as the places of hits are, stays where it is.
        if (!text::find_invalid_utf8(bytes)) {
            ASSERT_EQ(text::utf16_length(plain), text::utf16_length(bytes)) << "round " << round;
        }
    }
    EXPECT_EQ(as_plain_text("a\0b"s), "a b");
    EXPECT_EQ(as_plain_text("a\xFF\xC3"), "a\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(PlainTextTest, text_without_its_zeros_is_made_whole) {
    std::mt19937_64 random(4);
    for (int round = 0; round < 2000; ++round) {
        const std::string bytes = random_bytes(random);
        const std::string escaped = without_zeros(bytes);

        ASSERT_EQ(escaped.find('\0'), std::string::npos) << "round " << round;
        ASSERT_EQ(with_zeros(escaped), bytes) << "round " << round;
    }
    EXPECT_EQ(without_zeros("{\"plain\": true}"), "{\"plain\": true}");
    EXPECT_EQ(with_zeros("cut\x01"), "cut\x01") << "what nobody wrote is no reason to fail";
}

TEST(PlainTextTest, names_and_ids_are_plain_and_have_a_bound) {
    for (const auto is_fit : {is_account_name, is_id}) {
        EXPECT_TRUE(is_fit(""));
        EXPECT_TRUE(is_fit("caf\xC3\xA9"));
        EXPECT_TRUE(is_fit(std::string(256, 'x')));
        EXPECT_FALSE(is_fit(std::string(257, 'x')));
        EXPECT_FALSE(is_fit("a\0"s));
        EXPECT_FALSE(is_fit("\xFF"));
    }
}

}  // namespace
}  // namespace earshot::store
