#include "vector_cache.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace earshot::encoder {
namespace {

Vector vector_of(float value) {
    return std::make_shared<const std::vector<float>>(16, value);
}

/// What the cache takes for one sequence of a token.
std::size_t bytes_of_one() {
    VectorCache cache(1'000'000);
    cache.insert({1}, vector_of(0));
    return cache.bytes();
}

TEST(VectorCacheTest, HoldsWhatAPlainListWouldHold) {
    constexpr std::size_t k_room = 5;
    VectorCache cache(k_room * bytes_of_one());
    std::vector<std::int32_t> plain;  // last used first
    std::mt19937 random(9);
    for (int step = 0; step < 20'000; ++step) {
        const auto token = static_cast<std::int32_t>(random() % 9);
        const auto known = std::ranges::find(plain, token);
        const bool is_known = known != plain.end();
        if (is_known) plain.erase(known);
        if (random() % 2 == 0) {
            const Vector found = cache.find({token});
            ASSERT_EQ(found != nullptr, is_known) << step;
            if (!is_known) continue;
            EXPECT_EQ(found->front(), static_cast<float>(token));
        } else {
            cache.insert({token}, vector_of(static_cast<float>(token)));
        }
        plain.insert(plain.begin(), token);
        if (plain.size() > k_room) plain.pop_back();
        EXPECT_EQ(cache.bytes(), plain.size() * bytes_of_one());
    }
}

TEST(VectorCacheTest, WhatIsLargerThanItIsNotKept) {
    VectorCache cache(bytes_of_one() - 1);

    cache.insert({1}, vector_of(1));

    EXPECT_EQ(cache.find({1}), nullptr);
    EXPECT_EQ(cache.bytes(), 0U);
}

TEST(VectorCacheTest, AVectorOutlivesItsPlace) {
    VectorCache cache(bytes_of_one());
    cache.insert({1}, vector_of(1));
    const Vector kept = cache.find({1});

    cache.insert({2}, vector_of(2));

    EXPECT_EQ(cache.find({1}), nullptr);
    EXPECT_EQ(kept->front(), 1);
}

}  // namespace
}  // namespace earshot::encoder
