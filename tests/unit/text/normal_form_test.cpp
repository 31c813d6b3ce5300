#include "../../../src/text/normal_form.hpp"

#include "earshot/base/hash.hpp"

#include "../../../src/text/ascii_fold.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cctype>
#include <string>

namespace earshot::text {
namespace {

std::string normal_form_of(std::string_view word) {
    std::string out;
    Normalizer().append(word, out);
    return out;
}

TEST(FoldAsciiTest, lowers_every_byte_at_every_place_and_hashes_like_base) {
    for (int c = 0; c < 0x80; ++c) {
        for (std::size_t size = 1; size <= 17; ++size) {
            std::string word(size, 'Q');
            word[size / 2] = static_cast<char>(c);
            std::string expected(size, 'q');
            expected[size / 2] = static_cast<char>(std::tolower(c));
            std::array<char, 17 + k_fold_slack> folded{};

            const std::uint64_t hash = fold_ascii(word.data(), size, size, folded.data());

            ASSERT_EQ(std::string_view(folded.data(), size), expected);
            ASSERT_EQ(hash, base::hash_bytes(expected));
        }
    }
}

TEST(FoldAsciiTest, reads_what_follows_without_minding_it) {
    const std::string text = "Abc\xE2\x80\x99 DEF\xFF\xFF\xFF";
    std::array<char, 3 + k_fold_slack> folded{};

    const std::uint64_t hash = fold_ascii(text.data(), 3, text.size(), folded.data());

    EXPECT_EQ(std::string_view(folded.data(), 3), "abc");
    EXPECT_EQ(hash, base::hash_bytes("abc"));
}

TEST(FindNonAsciiTest, finds_it_at_every_offset) {
    for (std::size_t size = 0; size < 40; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            std::string text(size, 'a');
            text[at] = '\x80';
            ASSERT_EQ(find_non_ascii(text, 0), at);
            ASSERT_EQ(find_non_ascii(text, at + 1), size);
        }
    }
}

TEST(NormalizerTest, folds_case_and_compatibility) {
    EXPECT_EQ(normal_form_of("PRICE"), "price");
    EXPECT_EQ(normal_form_of("Straße"), "strasse");
    EXPECT_EQ(normal_form_of("ﬁne"), "fine");
    EXPECT_EQ(normal_form_of("e\u0301"), "é");
}

TEST(NormalizerTest, makes_all_apostrophes_one) {
    for (const char* word : {"DON'T", "don\u2018t", "don\u2019t", "don\uFF07t"})
        EXPECT_EQ(normal_form_of(word), "don't");
    EXPECT_EQ(normal_form_of("l\u2019École"), "l'école");
}

TEST(NormalizerTest, drops_soft_hyphens_before_it_composes) {
    EXPECT_EQ(normal_form_of("co\u00ADop"), "coop");
    EXPECT_EQ(normal_form_of("e\u00AD\u0301"), "é");
    EXPECT_EQ(normal_form_of("\u1100\u00AD\u1161"), "가");
}

TEST(NormalizerTest, appends_and_hashes_only_what_it_appended) {
    std::string out = "before";

    const std::uint64_t ascii = Normalizer().append("ABC", out);
    const std::uint64_t other = Normalizer().append("É", out);

    EXPECT_EQ(out, "beforeabcé");
    EXPECT_EQ(ascii, base::hash_bytes("abc"));
    EXPECT_EQ(other, base::hash_bytes("é"));
}

TEST(NormalizerTest, may_leave_nothing) {
    EXPECT_EQ(normal_form_of("\u3164"), "");
    EXPECT_EQ(normal_form_of("\u00AD"), "");
}

}  // namespace
}  // namespace earshot::text
