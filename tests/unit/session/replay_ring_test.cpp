#include "../../../src/session/replay_ring.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace earshot::session {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t k_plenty = 1'000'000;

Frame frame_of(std::size_t bytes) {
    return std::make_shared<const std::string>(bytes, 'x');
}

// One frame that everybody is sent.
ReplayRing::Entry entry(std::uint64_t sequence, std::size_t bytes = 100) {
    const Frame frame = frame_of(bytes);
    return {sequence, frame, frame};
}

std::size_t size_of_one() {
    ReplayBudget budget(k_plenty);
    ReplayRing ring(k_plenty, budget);
    ring.keep(entry(1));
    return ring.bytes();
}

std::vector<std::uint64_t> kept(const ReplayRing& ring) {
    std::vector<std::uint64_t> sequences;
    for (const ReplayRing::Entry& entry : ring.entries()) sequences.push_back(entry.sequence);
    return sequences;
}

TEST(ReplayBudgetTest, gives_what_is_left_or_nothing) {
    ReplayBudget budget(10);

    EXPECT_TRUE(budget.take(7));
    EXPECT_FALSE(budget.take(4));
    EXPECT_TRUE(budget.take(3));
    EXPECT_FALSE(budget.take(1));
    EXPECT_TRUE(budget.take(0));
    EXPECT_EQ(budget.used(), 10U);
    budget.give(7);
    EXPECT_TRUE(budget.take(7));
}

TEST(ReplayRingTest, keeps_all_while_there_is_room) {
    ReplayBudget budget(k_plenty);
    ReplayRing ring(k_plenty, budget);
    EXPECT_TRUE(ring.reaches_back_to(0));
    ring.keep(entry(2));
    ring.keep(entry(5));

    EXPECT_THAT(kept(ring), ElementsAre(2, 5));
    EXPECT_TRUE(ring.reaches_back_to(0));
    EXPECT_EQ(budget.used(), ring.bytes());
}

TEST(ReplayRingTest, the_oldest_go_where_its_bytes_are_used_up) {
    ReplayBudget budget(k_plenty);
    ReplayRing ring(2 * size_of_one(), budget);
    for (const std::uint64_t sequence : {2, 5, 6}) ring.keep(entry(sequence));

    EXPECT_THAT(kept(ring), ElementsAre(5, 6));
    EXPECT_EQ(ring.bytes(), 2 * size_of_one());
    EXPECT_EQ(budget.used(), ring.bytes());
}

TEST(ReplayRingTest, reaches_back_to_the_last_that_went) {
    ReplayBudget budget(k_plenty);
    ReplayRing ring(2 * size_of_one(), budget);
    for (const std::uint64_t sequence : {2, 5, 9, 12}) ring.keep(entry(sequence));

    EXPECT_FALSE(ring.reaches_back_to(4));
    EXPECT_TRUE(ring.reaches_back_to(5));
    EXPECT_TRUE(ring.reaches_back_to(6));
    EXPECT_TRUE(ring.reaches_back_to(99));
}

TEST(ReplayRingTest, two_forms_of_a_response_count_twice_and_one_once) {
    ReplayBudget budget(k_plenty);
    ReplayRing ring(k_plenty, budget);
    ring.keep({1, frame_of(100), frame_of(100)});
    const std::size_t two = ring.bytes();
    ring.keep(entry(2));

    EXPECT_EQ(ring.bytes() - two, size_of_one());
    EXPECT_GE(two, size_of_one() + 100);
}

TEST(ReplayRingTest, what_is_too_large_leaves_no_gap_behind_it_unnoticed) {
    ReplayBudget budget(k_plenty);
    ReplayRing ring(2 * size_of_one(), budget);
    ring.keep(entry(1));
    ring.keep(entry(2, 10'000));

    EXPECT_THAT(kept(ring), IsEmpty());  // 1 alone would look as if all after it were there
    EXPECT_FALSE(ring.reaches_back_to(1));
    EXPECT_TRUE(ring.reaches_back_to(2));
    EXPECT_EQ(ring.bytes(), 0U);
    ring.keep(entry(3));
    EXPECT_THAT(kept(ring), ElementsAre(3));
}

TEST(ReplayRingTest, without_bytes_it_keeps_nothing) {
    ReplayBudget budget(k_plenty);
    ReplayRing ring(0, budget);
    EXPECT_FALSE(ring.keeps());
    ring.keep(entry(4));

    EXPECT_THAT(kept(ring), IsEmpty());
    EXPECT_FALSE(ring.reaches_back_to(3));
    EXPECT_TRUE(ring.reaches_back_to(4));
}

TEST(ReplayRingTest, where_the_budget_of_all_is_used_up_its_own_oldest_go) {
    ReplayBudget budget(3 * size_of_one());
    ReplayRing ring(k_plenty, budget);
    ReplayRing other(k_plenty, budget);
    other.keep(entry(1));
    for (const std::uint64_t sequence : {1, 2, 3}) ring.keep(entry(sequence));

    EXPECT_THAT(kept(ring), ElementsAre(2, 3));
    EXPECT_THAT(kept(other), ElementsAre(1));
    EXPECT_EQ(budget.used(), 3 * size_of_one());
}

TEST(ReplayRingTest, where_nothing_of_the_budget_is_left_it_keeps_nothing) {
    ReplayBudget budget(size_of_one());
    ReplayRing other(k_plenty, budget);
    other.keep(entry(1));
    ReplayRing ring(k_plenty, budget);
    ring.keep(entry(7));

    EXPECT_THAT(kept(ring), IsEmpty());
    EXPECT_FALSE(ring.reaches_back_to(6));
    EXPECT_EQ(budget.used(), size_of_one());
}

TEST(ReplayRingTest, gives_back_what_it_held) {
    ReplayBudget budget(k_plenty);
    {
        ReplayRing ring(k_plenty, budget);
        for (const std::uint64_t sequence : {1, 2, 3}) ring.keep(entry(sequence));
        EXPECT_GT(budget.used(), 0U);
    }

    EXPECT_EQ(budget.used(), 0U);
}

}  // namespace
}  // namespace earshot::session
