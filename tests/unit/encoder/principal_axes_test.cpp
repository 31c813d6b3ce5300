#include "principal_axes.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace earshot::encoder {
namespace {

constexpr std::size_t k_dimensions = 5;
constexpr std::size_t k_rows = 60;

/// Spread differently in each direction of a turned space, and away from zero.
std::vector<float> random_rows() {
    std::mt19937 random(8);
    std::vector<float> rows;
    for (std::size_t row = 0; row < k_rows; ++row) {
        float parts[k_dimensions];
        for (std::size_t i = 0; i < k_dimensions; ++i) {
            parts[i] = (static_cast<float>(random() % 2'000) / 1'000 - 1) * static_cast<float>(i + 1);
        }
        for (std::size_t i = 0; i < k_dimensions; ++i) rows.push_back(3 + parts[i] + parts[(i + 1) % k_dimensions] / 2);
    }
    return rows;
}

double squared_distance(const std::vector<float>& rows, std::size_t width, std::size_t a, std::size_t b) {
    double sum = 0;
    for (std::size_t i = 0; i < width; ++i)
        sum += std::pow(static_cast<double>(rows[a * width + i] - rows[b * width + i]), 2);
    return sum;
}

double product(const std::vector<float>& rows, std::size_t width, std::size_t i, std::size_t j) {
    double sum = 0;
    for (std::size_t row = 0; row < k_rows; ++row)
        sum += static_cast<double>(rows[row * width + i] * rows[row * width + j]);
    return sum;
}

TEST(PrincipalAxesTest, AllOfThemKeepEveryDistance) {
    const std::vector<float> from = random_rows();
    const std::vector<float> to = along_principal_axes(from, k_dimensions, k_dimensions);
    for (std::size_t a = 0; a < k_rows; ++a) {
        for (std::size_t b = 0; b < a; ++b) {
            EXPECT_NEAR(squared_distance(to, k_dimensions, a, b), squared_distance(from, k_dimensions, a, b), 1e-3);
        }
    }
}

TEST(PrincipalAxesTest, AreUncorrelatedAndTheWidestComesFirst) {
    const std::vector<float> to = along_principal_axes(random_rows(), k_dimensions, k_dimensions);
    for (std::size_t i = 0; i < k_dimensions; ++i) {
        for (std::size_t j = 0; j < i; ++j) EXPECT_NEAR(product(to, k_dimensions, i, j), 0, 1e-3);
        if (i > 0) {
            EXPECT_LE(product(to, k_dimensions, i, i), product(to, k_dimensions, i - 1, i - 1));
        }
    }
}

TEST(PrincipalAxesTest, FewerOfThemAreTheFirstOfAll) {
    const std::vector<float> all = along_principal_axes(random_rows(), k_dimensions, k_dimensions);
    const std::vector<float> few = along_principal_axes(random_rows(), k_dimensions, 2);
    for (std::size_t row = 0; row < k_rows; ++row) {
        EXPECT_EQ(few[row * 2], all[row * k_dimensions]);
        EXPECT_EQ(few[row * 2 + 1], all[row * k_dimensions + 1]);
    }
}

}  // namespace
}  // namespace earshot::encoder
