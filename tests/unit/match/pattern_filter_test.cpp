#include "../../../src/match/pattern_filter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/filtered_re2.h>

namespace earshot::match {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::string folded(std::string_view text) {
    std::string result;
    append_folded(text, result);
    return result;
}

Clauses clauses_of(std::string_view expression) {
    re2::RE2::Options options;
    options.set_case_sensitive(false);
    re2::FilteredRE2 filter(1);
    int id = 0;
    EXPECT_EQ(filter.Add(re2::StringPiece(expression.data(), expression.size()), options, &id), re2::RE2::NoError);
    return required_literals(filter);
}

std::vector<std::uint32_t> candidates(const PatternFilter& filter, std::string_view text) {
    PatternScratch scratch;
    filter.find_candidates(text, scratch);
    return scratch.candidates;
}

TEST(AppendFoldedTest, folds_one_code_point_at_a_time) {
    EXPECT_EQ(folded("Hello, 7 \xF0\x9F\x98\x80!"), "hello, 7 \xF0\x9F\x98\x80!");
    EXPECT_EQ(folded("ÄÖÜ ΣΑΣ ЦЕНА"), "äöü σασ цена");
    EXPECT_EQ(folded("ẞß"), "ßß");
    EXPECT_EQ(folded("ς"), "σ");
    EXPECT_EQ(folded(""), "");
}

TEST(AppendFoldedTest, folds_letters_beyond_ascii_to_letters_of_it) {
    EXPECT_EQ(folded("\u212A"), "k");  // Kelvin sign
    EXPECT_EQ(folded("\u017F"), "s");  // long s
}

TEST(AppendFoldedTest, leaves_dotted_and_dotless_i_apart) {
    EXPECT_EQ(folded("İıI"), "İıi");
}

TEST(RequiredLiteralsTest, are_the_words_of_a_phrase) {
    EXPECT_THAT(clauses_of("Order Number"), ElementsAre(ElementsAre("order number")));
}

TEST(RequiredLiteralsTest, are_alternatives_in_one_clause) {
    EXPECT_THAT(clauses_of("cancel|terminate"), ElementsAre(UnorderedElementsAre("cancel", "terminate")));
}

TEST(RequiredLiteralsTest, are_a_clause_for_each_part_that_must_be_there_the_longest_first) {
    EXPECT_THAT(clauses_of("refund.*(?:invoice|statement)"),
                ElementsAre(UnorderedElementsAre("invoice", "statement"), ElementsAre("refund")));
}

TEST(RequiredLiteralsTest, are_no_short_ones_beside_long_ones) {
    EXPECT_THAT(clauses_of("my .* order"), ElementsAre(ElementsAre(" order"), ElementsAre("my ")));
    EXPECT_THAT(clauses_of("a.*order"), ElementsAre(ElementsAre("order")));
}

TEST(RequiredLiteralsTest, may_be_a_single_character) {
    EXPECT_THAT(clauses_of("\\$\\w+"), ElementsAre(ElementsAre("$")));
}

TEST(RequiredLiteralsTest, are_folded) {
    EXPECT_THAT(clauses_of("\u212Aelvin"), ElementsAre(ElementsAre("kelvin")));
    EXPECT_THAT(clauses_of("(?-i:ΣΑΣ)"), ElementsAre(ElementsAre("σασ")));
}

TEST(RequiredLiteralsTest, are_none_where_nothing_must_be_there) {
    for (const char* expression : {"", "\\w+", "a*", "(?:order)?", "order|", "[^a]", "^$", "\\C", "\\b"}) {
        EXPECT_THAT(clauses_of(expression), IsEmpty()) << expression;
    }
}

TEST(RequiredLiteralsTest, are_all_in_one_clause_where_weighing_them_would_take_long) {
    std::string alternatives;
    for (char a = 'a'; a <= 'j'; ++a) {
        for (char b = 'a'; b <= 'j'; ++b) {
            alternatives += alternatives.empty() ? "" : "|";
            alternatives += {a, 'x', b, 'y'};
        }
    }
    EXPECT_THAT(clauses_of("order.*(?:" + alternatives + ")"), ElementsAre(testing::SizeIs(101)));
}

TEST(PatternFilterTest, without_patterns_has_no_candidates) {
    EXPECT_THAT(candidates(PatternFilter({}), "how much"), IsEmpty());
}

TEST(PatternFilterTest, always_lets_a_pattern_without_clauses_through) {
    const PatternFilter filter({{}, {{"much"}}, {}});
    EXPECT_THAT(candidates(filter, "nothing"), ElementsAre(0, 2));
    EXPECT_THAT(candidates(filter, "how much"), ElementsAre(0, 1, 2));
    EXPECT_THAT(candidates(PatternFilter({{}, {}}), "how much"), ElementsAre(0, 1));
}

TEST(PatternFilterTest, wants_one_literal_of_each_clause) {
    const PatternFilter filter({{{"refund", "credit"}, {"order"}}});
    EXPECT_THAT(candidates(filter, "a refund"), IsEmpty());
    EXPECT_THAT(candidates(filter, "a refund, a credit"), IsEmpty());
    EXPECT_THAT(candidates(filter, "my order"), IsEmpty());
    EXPECT_THAT(candidates(filter, "a refund of my order"), ElementsAre(0));
    EXPECT_THAT(candidates(filter, "my order, a credit, a refund"), ElementsAre(0));
}

TEST(PatternFilterTest, finds_literals_that_overlap) {
    const PatternFilter filter({{{"hers"}}, {{"she"}}, {{"he"}}, {{"she"}}, {{"his"}}});
    EXPECT_THAT(candidates(filter, "ushers"), ElementsAre(0, 1, 2, 3));
}

TEST(PatternFilterTest, gives_candidates_in_rising_order) {
    const PatternFilter filter({{{"c"}}, {{"b"}}, {}, {{"a"}}});
    EXPECT_THAT(candidates(filter, "abc"), ElementsAre(0, 1, 2, 3));
}

TEST(PatternFilterTest, folds_the_text) {
    const PatternFilter filter({{{"kelvin"}}, {{"größe"}}, {{"less"}}});
    EXPECT_THAT(candidates(filter, "\u212AELVIN GRÖẞE LE\u017F\u017F"), ElementsAre(0, 1, 2));
}

TEST(PatternFilterTest, may_be_satisfied_with_the_beginning_of_a_long_literal) {
    const PatternFilter filter({{{"internationalisation"}}, {{"internationals"}}});
    EXPECT_THAT(candidates(filter, "internationalisation"), testing::Contains(0));
    EXPECT_THAT(candidates(filter, "inter"), IsEmpty());
}

TEST(PatternFilterTest, leaves_nothing_in_the_scratch_for_the_next) {
    const PatternFilter a({{{"refund"}, {"order"}}, {{"price"}}});
    const PatternFilter b({{{"refund"}, {"order"}}});
    PatternScratch scratch;
    a.find_candidates("a refund, a price", scratch);
    EXPECT_THAT(scratch.candidates, ElementsAre(1));

    b.find_candidates("an order", scratch);
    EXPECT_THAT(scratch.candidates, IsEmpty());
    a.find_candidates("an order", scratch);
    EXPECT_THAT(scratch.candidates, IsEmpty());
}

}  // namespace
}  // namespace earshot::match
