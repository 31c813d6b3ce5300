#include "earshot/match/pattern_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace earshot::match {

void PrintTo(const PatternMatch& match, std::ostream* out) {
    *out << "pattern " << match.pattern << " at [" << match.byte_begin << ", " << match.byte_end << ")";
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<PatternMatch> find_all(std::vector<std::string> expressions, std::string_view text) {
    const auto set = PatternSet::compile(std::move(expressions), PatternLimits{});
    PatternScratch scratch;
    std::vector<PatternMatch> matches;
    set.value()->find_all(text, scratch, matches);
    return matches;
}

base::Error refusal(std::vector<std::string> expressions, const PatternLimits& limits = {}) {
    const auto set = PatternSet::compile(std::move(expressions), limits);
    return set.has_error() ? set.error() : base::Error{base::Errc::internal, "it was compiled", "", ""};
}

TEST(PatternSetTest, without_expressions_finds_nothing) {
    EXPECT_THAT(find_all({}, "how much"), IsEmpty());
    EXPECT_EQ(PatternSet::compile({}, {}).value()->size(), 0u);
}

TEST(PatternSetTest, keeps_its_expressions) {
    const auto set = PatternSet::compile({"a+", "b"}, {}).value();
    EXPECT_THAT(set->expressions(), ElementsAre("a+", "b"));
    EXPECT_EQ(set->size(), 2u);
}

TEST(PatternSetTest, finds_matches_of_each_pattern_in_order) {
    EXPECT_THAT(find_all({"\\d+ percent", "off"}, "20 percent off, then 5 percent"),
                ElementsAre(PatternMatch{0, 0, 10}, PatternMatch{0, 21, 30}, PatternMatch{1, 11, 14}));
}

TEST(PatternSetTest, appends_to_what_is_there) {
    const auto set = PatternSet::compile({"a"}, {}).value();
    PatternScratch scratch;
    std::vector<PatternMatch> matches{{9, 9, 9}};
    set->find_all("a", scratch, matches);
    EXPECT_THAT(matches, ElementsAre(PatternMatch{9, 9, 9}, PatternMatch{0, 0, 1}));
}

TEST(PatternSetTest, ignores_letter_case_beyond_ascii) {
    EXPECT_THAT(find_all({"PRICE", "größe"}, "price GRÖßE"),
                ElementsAre(PatternMatch{0, 0, 5}, PatternMatch{1, 6, 13}));
}

TEST(PatternSetTest, ignores_letter_case_where_a_letter_has_three_forms) {
    EXPECT_THAT(find_all({"kelvin", "\u212Aelvin", "less", "Le\u017Fs", "σας", "ẞ"}, "\u212AELVIN le\u017FS ΣΑΣ ß"),
                ElementsAre(PatternMatch{0, 0, 8}, PatternMatch{1, 0, 8}, PatternMatch{2, 9, 14},
                            PatternMatch{3, 9, 14}, PatternMatch{4, 15, 21}, PatternMatch{5, 22, 24}));
    EXPECT_THAT(find_all({"istanbul", "İstanbul", "ıstanbul"}, "İstanbul"), ElementsAre(PatternMatch{1, 0, 9}));
}

TEST(PatternSetTest, minds_letter_case_where_an_expression_wants_it) {
    EXPECT_THAT(find_all({"(?-i:PIN) code", "(?-i:pin) code"}, "PIN CODE"), ElementsAre(PatternMatch{0, 0, 8}));
}

TEST(PatternSetTest, finds_equal_expressions_one_by_one) {
    EXPECT_THAT(find_all({"off", "\\d", "off"}, "5 off"),
                ElementsAre(PatternMatch{0, 2, 5}, PatternMatch{1, 0, 1}, PatternMatch{2, 2, 5}));
}

TEST(PatternSetTest, searches_with_a_scratch_that_other_sets_used) {
    const auto one = PatternSet::compile({"a.*b", "b"}, {}).value();
    const auto other = PatternSet::compile({"b.*a", "\\w", "a"}, {}).value();
    PatternScratch scratch;
    std::vector<PatternMatch> matches;
    one->find_all("a b", scratch, matches);
    other->find_all("a", scratch, matches);
    one->find_all("b", scratch, matches);
    EXPECT_THAT(matches, ElementsAre(PatternMatch{0, 0, 3}, PatternMatch{1, 2, 3}, PatternMatch{1, 0, 1},
                                     PatternMatch{2, 0, 1}, PatternMatch{1, 0, 1}));
}

TEST(PatternSetTest, gives_leftmost_first_matches) {
    EXPECT_THAT(find_all({"price|prices"}, "prices"), ElementsAre(PatternMatch{0, 0, 5}));
    EXPECT_THAT(find_all({"prices|price"}, "prices"), ElementsAre(PatternMatch{0, 0, 6}));
}

TEST(PatternSetTest, gives_matches_that_do_not_overlap) {
    EXPECT_THAT(find_all({"aba"}, "ababababa"), ElementsAre(PatternMatch{0, 0, 3}, PatternMatch{0, 4, 7}));
}

TEST(PatternSetTest, passes_over_empty_matches) {
    EXPECT_THAT(find_all({"a*"}, "baac"), ElementsAre(PatternMatch{0, 1, 3}));
    EXPECT_THAT(find_all({""}, "abc"), IsEmpty());
    EXPECT_THAT(find_all({"|a"}, "aaa"), IsEmpty());
    EXPECT_THAT(find_all({"a*"}, ""), IsEmpty());
    EXPECT_THAT(find_all({"$"}, "abc"), IsEmpty());
}

TEST(PatternSetTest, passes_over_empty_matches_by_whole_code_points) {
    EXPECT_THAT(find_all({"x*"}, "éx€xx😀x"),
                ElementsAre(PatternMatch{0, 2, 3}, PatternMatch{0, 6, 8}, PatternMatch{0, 12, 13}));
}

TEST(PatternSetTest, takes_the_edges_of_the_text_for_anchors) {
    EXPECT_THAT(find_all({"^a", "a$", "\\Aa\\z"}, "a\na a"), ElementsAre(PatternMatch{0, 0, 1}, PatternMatch{1, 4, 5}));
    EXPECT_THAT(find_all({"^a"}, "aaa"), ElementsAre(PatternMatch{0, 0, 1}));
    EXPECT_THAT(find_all({"\\Aa\\z"}, "a"), ElementsAre(PatternMatch{0, 0, 1}));
}

TEST(PatternSetTest, sees_the_text_before_where_it_goes_on) {
    EXPECT_THAT(find_all({"\\bab"}, "ababab ab"), ElementsAre(PatternMatch{0, 0, 2}, PatternMatch{0, 7, 9}));
}

TEST(PatternSetTest, refuses_an_expression_that_does_not_compile) {
    const base::Error error = refusal({"a", "b", "c", "(d"});
    EXPECT_EQ(error.code, base::Errc::invalid_pattern);
    EXPECT_EQ(error.path, "/3");
    EXPECT_EQ(error.details, "missing ): (d");
    EXPECT_FALSE(error.message.empty());
}

TEST(PatternSetTest, refuses_what_re2_does_not_have) {
    for (const char* expression : {"(?=a)", "(a)\\1", "a{1001}", "\xff", "[b-a]"}) {
        EXPECT_EQ(refusal({expression}).code, base::Errc::invalid_pattern) << expression;
    }
}

TEST(PatternSetTest, holds_the_limit_of_length) {
    const PatternLimits limits{.max_bytes = 8};
    EXPECT_TRUE(PatternSet::compile({"12345678"}, limits).has_value());

    const base::Error error = refusal({"ok", "123456789"}, limits);
    EXPECT_EQ(error.code, base::Errc::too_large);
    EXPECT_EQ(error.path, "/1");
}

TEST(PatternSetTest, holds_the_limit_of_memory) {
    const std::string expression = "[a-z]{200}";
    EXPECT_TRUE(PatternSet::compile({expression}, {.max_mem = 1024 * 1024}).has_value());

    const base::Error error = refusal({expression}, {.max_mem = 4 * 1024});
    EXPECT_EQ(error.code, base::Errc::invalid_pattern);
    EXPECT_EQ(error.path, "/0");
    EXPECT_FALSE(error.details.empty());
}

TEST(PatternSetTest, holds_the_limit_of_number) {
    EXPECT_TRUE(PatternSet::compile({"a", "b"}, {.count = 2}).has_value());

    const base::Error error = refusal({"a", "b", "c", "(d"}, {.count = 2});
    EXPECT_EQ(error.code, base::Errc::too_many);
    EXPECT_EQ(error.path, "/2");
}

/// A small expression with a large program, another one for each number.
std::string large(std::size_t number) {
    return "a\\pL{20}" + std::to_string(number);
}

TEST(PatternSetTest, holds_the_limit_of_cost) {
    std::size_t cost = 0;
    ASSERT_TRUE(PatternSet::compile({large(0), large(1), large(2)}, {}, cost).has_value());
    EXPECT_TRUE(PatternSet::compile({large(0), large(1), large(2)}, {.cost = cost}).has_value());

    const base::Error error = refusal({large(0), large(1), large(2), "a"}, {.cost = cost - 1});
    EXPECT_EQ(error.code, base::Errc::too_large);
    EXPECT_EQ(error.path, "/2");
    EXPECT_EQ(error.message, "The patterns cost more than " + std::to_string(cost - 1) + " together.");
}

TEST(PatternSetTest, sets_may_have_one_limit_of_cost) {
    const PatternLimits limits{.cost = 100'000};
    std::size_t spent = 0;

    EXPECT_TRUE(PatternSet::compile({large(0)}, limits, spent).has_value());
    EXPECT_TRUE(PatternSet::compile({large(1)}, limits, spent).has_value());
    EXPECT_EQ(PatternSet::compile({large(2)}, limits, spent).error().code, base::Errc::too_large);
    EXPECT_EQ(PatternSet::compile({"a"}, limits, spent).error().code, base::Errc::too_large);
}

TEST(PatternSetTest, compiles_no_further_than_to_the_limit_of_cost) {
    std::size_t cost_of_one = 0;
    ASSERT_TRUE(PatternSet::compile({large(999)}, {}, cost_of_one).has_value());
    std::vector<std::string> expressions;
    for (std::size_t i = 0; i < 1000; ++i) expressions.push_back(large(i));

    std::size_t spent = 0;
    EXPECT_TRUE(PatternSet::compile(expressions, {.cost = 100'000}, spent).has_error());
    EXPECT_LE(spent, 100'000 + cost_of_one);
}

TEST(PatternSetTest, what_is_refused_for_its_memory_costs_that_memory) {
    std::size_t spent = 0;
    EXPECT_EQ(PatternSet::compile({"\\pL{1000}"}, {}, spent).error().code, base::Errc::invalid_pattern);
    EXPECT_GE(spent, 1024 * 1024 / 16U);

    const std::size_t once = spent;
    EXPECT_TRUE(PatternSet::compile({"\\pL{1000}"}, {}, spent).has_error());
    EXPECT_EQ(spent, 2 * once);
}

// Finding the letter cases of such a class takes long, though hardly an instruction may be left of it. Whether it is
// counted before that: the mistake behind it is not found.
TEST(PatternSetTest, classes_beyond_ascii_cost_before_they_are_read) {
    for (const char* expression : {"\\PL(", "[^\\pL](", "\\p{Greek}(", "[a-\\x{ffff}](", "[a-\u00e9](", "\\\\\\pL("}) {
        EXPECT_EQ(refusal({expression}, {.cost = PatternSet::k_class_cost}).code, base::Errc::too_large) << expression;
        EXPECT_EQ(refusal({expression}, {.cost = PatternSet::k_class_cost + 20}).code, base::Errc::invalid_pattern)
            << expression;
    }
    for (const char* expression : {"\\w\\W[^a-z](", "\\\\pL(", "\u00e9-a("}) {
        EXPECT_EQ(refusal({expression}, {.cost = PatternSet::k_class_cost}).code, base::Errc::invalid_pattern)
            << expression;
    }
}

TEST(PatternSetTest, refuses_small_expressions_with_huge_programs) {
    EXPECT_EQ(refusal({"((\\pL{1,30}){1,30}){1,30}"}).code, base::Errc::invalid_pattern);
    EXPECT_EQ(refusal({"(\\pL{1000})"}).code, base::Errc::invalid_pattern);
}

}  // namespace
}  // namespace earshot::match
