#include "histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace earshot::load {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::nanoseconds;

/// The plainest way to the same answer.
base::Duration sorted_quantile(std::vector<base::Duration> values, double share) {
    std::sort(values.begin(), values.end());
    const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
    return values[std::max<std::size_t>(rank, 1) - 1];
}

TEST(HistogramTest, empty_has_no_values) {
    const Histogram histogram;

    EXPECT_EQ(histogram.count(), 0u);
    EXPECT_EQ(histogram.quantile(0.5), base::Duration{});
    EXPECT_EQ(histogram.max(), base::Duration{});
}

TEST(HistogramTest, agrees_with_a_sorted_vector_to_a_thousandth) {
    std::mt19937_64 random(7);
    for (const double spread : {1.0, 3.0, 6.0}) {
        Histogram histogram;
        std::vector<base::Duration> values;
        std::lognormal_distribution<double> microseconds_said(6, spread);
        for (int i = 0; i < 20'000; ++i) {
            values.emplace_back(microseconds(static_cast<std::int64_t>(std::min(microseconds_said(random), 6e10))));
            histogram.record(values.back());
        }
        for (const double share : {0.0, 0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
            const base::Duration exact = sorted_quantile(values, share);
            const base::Duration told = histogram.quantile(share);
            EXPECT_GE(told, exact) << spread << " " << share;
            EXPECT_LE(told, exact + exact / 1000 + microseconds(1)) << spread << " " << share;
        }
        EXPECT_EQ(histogram.max(), *std::max_element(values.begin(), values.end()));
    }
}

TEST(HistogramTest, every_bucket_edge_keeps_its_place) {
    for (std::uint64_t value = 1; value < (1ULL << 36); value = value * 2 + value / 3) {
        for (const std::uint64_t near : {value - 1, value, value + 1}) {
            Histogram histogram;
            histogram.record(microseconds(near));
            histogram.record(hours(19));
            const base::Duration told = histogram.quantile(0.5);
            EXPECT_GE(told, microseconds(near));
            EXPECT_LE(told, microseconds(near) + microseconds(near) / 1000 + microseconds(1));
        }
    }
}

TEST(HistogramTest, what_is_out_of_range_counts_at_its_ends) {
    Histogram histogram;
    histogram.record(nanoseconds(-5));
    histogram.record(hours(1000));

    EXPECT_EQ(histogram.count(), 2u);
    EXPECT_LE(histogram.quantile(0.5), microseconds(1));
    EXPECT_EQ(histogram.max(), hours(1000));
    EXPECT_GE(histogram.quantile(1), hours(19));
}

}  // namespace
}  // namespace earshot::load
