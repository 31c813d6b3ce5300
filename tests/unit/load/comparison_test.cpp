#include "comparison.hpp"

#include <gtest/gtest.h>

namespace earshot::load {
namespace {

Expectation expectation() {
    Expectation expected;
    expected.utterances = {{10, 0, {1, 2}}, {11, 1, {}}, {12, 2, {1, 1}}, {13, 3, {3}}, {14, 3, {4}}};
    expected.hits = 6;
    return expected;
}

Told all_told() {
    return {{10, 11, 12, 13, 14}, {{2, 0}, {1, 0}, {1, 2}, {1, 2}, {3, 3}, {4, 4}}};
}

TEST(ComparisonTest, all_that_is_due_is_right) {
    const Agreement agreement = compare(expectation(), all_told());

    EXPECT_EQ(agreement.faults(), 0u);
    EXPECT_EQ(agreement.right, 6u);
    EXPECT_EQ(agreement.right_utterances, 5u);
}

TEST(ComparisonTest, a_planted_loss_is_found) {
    Told told = all_told();
    told.hits.erase(told.hits.begin() + 2);

    const Agreement agreement = compare(expectation(), told);

    EXPECT_EQ(agreement.lost, 1u);
    EXPECT_EQ(agreement.right, 5u);
    EXPECT_EQ(agreement.faults(), 1u);
}

TEST(ComparisonTest, a_planted_double_is_found) {
    Told told = all_told();
    told.hits.insert(told.hits.begin() + 1, told.hits.front());

    const Agreement agreement = compare(expectation(), told);

    EXPECT_EQ(agreement.doubled, 1u);
    EXPECT_EQ(agreement.faults(), 1u);
}

TEST(ComparisonTest, a_planted_wrong_hit_is_found) {
    Told told = all_told();
    told.hits.push_back({99, 4});
    told.hits.push_back({3, Told::k_nowhere});

    EXPECT_EQ(compare(expectation(), told).wrong, 2u);
    EXPECT_EQ(compare(expectation(), told).faults(), 2u);
}

TEST(ComparisonTest, a_hit_in_another_utterance_is_lost_and_wrong) {
    Told told = all_told();
    told.hits[4].utterance = 2;

    const Agreement agreement = compare(expectation(), told);

    EXPECT_EQ(agreement.wrong, 1u);
    EXPECT_EQ(agreement.lost, 1u);
}

TEST(ComparisonTest, a_hit_after_one_of_a_later_utterance_is_out_of_order) {
    Told told = all_told();
    std::swap(told.hits[1], told.hits[2]);

    const Agreement agreement = compare(expectation(), told);

    EXPECT_EQ(agreement.out_of_order, 1u);
    EXPECT_EQ(agreement.right, 6u);
    EXPECT_EQ(agreement.faults(), 1u);
}

TEST(ComparisonTest, what_a_stop_ends_may_come_in_any_order) {
    Told told = all_told();
    told.utterances = {10, 11, 12, 14, 13};
    told.hits[4] = {4, 3};
    told.hits[5] = {3, 4};

    EXPECT_EQ(compare(expectation(), told).faults(), 0u);
}

TEST(ComparisonTest, a_lost_utterance_loses_its_hits_and_shifts_nothing) {
    Told told = all_told();
    told.utterances.erase(told.utterances.begin());
    told.hits = {{1, 1}, {1, 1}, {3, 2}, {4, 3}};

    const Agreement agreement = compare(expectation(), told);

    EXPECT_EQ(agreement.lost_utterances, 1u);
    EXPECT_EQ(agreement.lost, 2u);
    EXPECT_EQ(agreement.right, 4u);
    EXPECT_EQ(agreement.wrong, 0u);
}

TEST(ComparisonTest, text_that_nobody_said_is_a_wrong_utterance) {
    Told told = all_told();
    told.utterances.insert(told.utterances.begin() + 1, 77);
    for (Told::Hit& hit : told.hits) hit.utterance += hit.utterance > 0 ? 1 : 0;

    const Agreement agreement = compare(expectation(), told);

    EXPECT_EQ(agreement.wrong_utterances, 1u);
    EXPECT_EQ(agreement.faults(), 1u);
}

TEST(ComparisonTest, an_utterance_told_twice_is_wrong_and_its_hits_too) {
    Told told = all_told();
    told.utterances.push_back(14);
    told.hits.push_back({4, 5});

    const Agreement agreement = compare(expectation(), told);

    EXPECT_EQ(agreement.wrong_utterances, 1u);
    EXPECT_EQ(agreement.wrong, 1u);
}

TEST(ComparisonTest, nothing_told_is_all_lost) {
    const Agreement agreement = compare(expectation(), {});

    EXPECT_EQ(agreement.lost, 6u);
    EXPECT_EQ(agreement.lost_utterances, 5u);
}

TEST(ComparisonTest, agreements_add_up) {
    Agreement sum = compare(expectation(), all_told());
    sum += compare(expectation(), {});

    EXPECT_EQ(sum.right, 6u);
    EXPECT_EQ(sum.lost, 6u);
    EXPECT_EQ(sum.lost_utterances, 5u);
}

}  // namespace
}  // namespace earshot::load
