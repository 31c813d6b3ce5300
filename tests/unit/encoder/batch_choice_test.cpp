#include "batch_choice.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace earshot::encoder {
namespace {

std::size_t padded_length(const std::vector<std::size_t>& lengths, const std::vector<std::size_t>& chosen,
                          std::size_t step) {
    std::size_t longest = 0;
    for (const std::size_t i : chosen) longest = std::max(longest, lengths[i]);
    return (longest + step - 1) / step * step;
}

TEST(BatchChoiceTest, HoldsTheOldestAndStaysWithinItsBounds) {
    std::mt19937 random(3);
    for (int trial = 0; trial < 5'000; ++trial) {
        const BatchBounds bounds{1 + random() % 8, 16 + random() % 200, 1 + random() % 4};
        std::vector<std::size_t> lengths(1 + random() % 20);
        for (std::size_t& length : lengths) length = 1 + random() % (random() % 4 == 0 ? 300 : 30);

        const std::vector<std::size_t> chosen = choose_batch(lengths, bounds);

        ASSERT_FALSE(chosen.empty());
        EXPECT_EQ(chosen.front(), 0U);
        EXPECT_LT(chosen.back(), lengths.size());
        EXPECT_TRUE(std::ranges::adjacent_find(chosen, std::ranges::greater_equal{}) == chosen.end());
        EXPECT_LE(chosen.size(), bounds.rows);
        if (chosen.size() > 1) {
            EXPECT_LE(chosen.size() * padded_length(lengths, chosen, bounds.step), bounds.tokens);
        }
    }
}

TEST(BatchChoiceTest, LeavesNothingThatIsAsNearAsWhatItTook) {
    std::mt19937 random(4);
    for (int trial = 0; trial < 2'000; ++trial) {
        std::vector<std::size_t> lengths(2 + random() % 20);
        for (std::size_t& length : lengths) length = 1 + random() % 30;

        const std::vector<std::size_t> chosen = choose_batch(lengths, {4, 1'000'000, 1});

        EXPECT_EQ(chosen.size(), std::min<std::size_t>(4, lengths.size()));
        const auto far = [&](std::size_t i) {
            return std::max(lengths[i], lengths[0]) - std::min(lengths[i], lengths[0]);
        };
        std::size_t farthest = 0;
        for (const std::size_t i : chosen) farthest = std::max(farthest, far(i));
        for (std::size_t i = 0; i < lengths.size(); ++i) {
            const bool is_left = std::ranges::count(chosen, i) == 0;
            EXPECT_TRUE(!is_left || far(i) >= farthest) << i;
        }
    }
}

TEST(BatchChoiceTest, OfNothingIsNothing) {
    EXPECT_TRUE(choose_batch({}, {}).empty());
}

}  // namespace
}  // namespace earshot::encoder
