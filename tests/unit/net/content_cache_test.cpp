#include "net/content_cache.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace earshot::net {
namespace {

struct Value {
    std::string text;
    const std::string& definition() const { return text; }
};

using Cache = ContentCache<std::string, Value>;

std::shared_ptr<const Value> make(std::string text) {
    return std::make_shared<const Value>(Value{std::move(text)});
}

TEST(ContentCacheTest, finds_by_content_also_where_hashes_collide) {
    Cache cache;
    const auto a = cache.insert(7, make("a"));
    const auto b = cache.insert(7, make("b"));

    EXPECT_EQ(cache.find(7, "a"), a);
    EXPECT_EQ(cache.find(7, "b"), b);
    EXPECT_EQ(cache.find(7, "c"), nullptr);
    EXPECT_EQ(cache.find(8, "a"), nullptr);
}

TEST(ContentCacheTest, the_first_of_equals_is_used) {
    Cache cache;
    const auto first = cache.insert(7, make("a"));

    EXPECT_EQ(cache.insert(7, make("a")), first);
    EXPECT_EQ(cache.size(), 1);
}

TEST(ContentCacheTest, purges_what_is_gone) {
    Cache cache;
    const auto kept = cache.insert(0, make("kept"));
    for (std::uint64_t i = 1; i <= 10'000; ++i) cache.insert(i, make(std::to_string(i)));

    EXPECT_EQ(cache.size(), 1);
    EXPECT_LE(cache.entries(), 64);
    EXPECT_EQ(cache.find(0, "kept"), kept);
}

TEST(ContentCacheTest, keeps_many_that_are_in_use) {
    Cache cache;
    std::vector<std::shared_ptr<const Value>> values;
    for (std::uint64_t i = 0; i < 1000; ++i) values.push_back(cache.insert(i, make(std::to_string(i))));

    EXPECT_EQ(cache.size(), 1000);
    EXPECT_EQ(cache.find(999, "999"), values.back());
}

}  // namespace
}  // namespace earshot::net
