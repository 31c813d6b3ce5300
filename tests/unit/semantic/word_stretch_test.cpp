#include "word_stretch.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace earshot::semantic {
namespace {

double above_mean(const std::vector<double>& contributions, WordStretch stretch) {
    double mean = 0;
    for (const double contribution : contributions) mean += contribution / static_cast<double>(contributions.size());
    double sum = 0;
    for (std::size_t i = stretch.first; i <= stretch.last; ++i) sum += contributions[i] - mean;
    return sum;
}

TEST(WordStretchTest, IsTheBestOfAllStretchesOfTwoWordsOrMore) {
    std::mt19937_64 random(1);
    for (int round = 0; round < 2000; ++round) {
        std::vector<double> contributions(2 + random() % 12);
        for (double& contribution : contributions) contribution = static_cast<double>(random() % 2001) / 1000 - 1;
        const WordStretch stretch = carrying_stretch(contributions);
        ASSERT_LT(stretch.first, stretch.last);
        ASSERT_LT(stretch.last, contributions.size());
        for (std::size_t first = 0; first < contributions.size(); ++first) {
            for (std::size_t last = first + 1; last < contributions.size(); ++last) {
                EXPECT_GE(above_mean(contributions, stretch) + 1e-9, above_mean(contributions, {first, last}));
            }
        }
    }
}

TEST(WordStretchTest, OfOneWordIsThatWord) {
    EXPECT_EQ(carrying_stretch(std::vector<double>{-1}).first, 0U);
    EXPECT_EQ(carrying_stretch(std::vector<double>{-1}).last, 0U);
}

}  // namespace
}  // namespace earshot::semantic
