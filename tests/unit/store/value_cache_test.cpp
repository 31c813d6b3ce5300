#include "earshot/store/value_cache.hpp"

#include "backends.hpp"

#include <gmock/gmock.h>

#include <random>

namespace earshot::store {
namespace {

using base::Errc;
using testing::ElementsAre;

constexpr std::uint64_t k_roomy = 1'000'000'000;

base::WallTime on_day(int day) {
    return base::WallTime(std::chrono::hours(24 * day + 5));
}

class ValueCacheTest : public BackendTest {
protected:
    void SetUp() override {
        BackendTest::SetUp();
        if (!IsSkipped()) database_ = open();
    }

    void put(std::vector<ValueCache::Entry> entries, int day = 1, std::uint64_t at_most = k_roomy) {
        ValueCache cache(*database_, at_most);
        const auto done = support::await<bool>([&](auto answer) { cache.put(entries, on_day(day), answer); });
        EXPECT_TRUE(done.has_value()) << done.error().details;
    }

    std::vector<std::string> get(const std::vector<std::string>& keys, int day = 1) {
        ValueCache cache(*database_, k_roomy);
        return support::await<std::vector<std::string>>([&](auto answer) { cache.get(keys, on_day(day), answer); })
            .value();
    }

    std::unique_ptr<Database> database_;
};

EARSHOT_FOR_BOTH_BACKENDS(ValueCacheTest);

TEST_P(ValueCacheTest, gives_any_bytes_back_also_after_a_restart) {
    std::mt19937_64 random(7);
    std::vector<ValueCache::Entry> entries;
    std::vector<std::string> keys;
    for (std::size_t size = 1; size < 300; size += 1 + size / 8) {
        std::string bytes;
        for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(random());
        keys.push_back("vector/" + std::to_string(size));
        entries.push_back({keys.back(), bytes});
    }
    entries.push_back({"zeros", std::string(64, '\0')});
    keys.push_back("zeros");
    put(entries);
    database_.reset();
    database_ = open();
    const auto values = get(keys);
    ASSERT_EQ(values.size(), entries.size());
    for (std::size_t i = 0; i < values.size(); ++i) EXPECT_EQ(values[i], entries[i].value) << keys[i];
}

TEST_P(ValueCacheTest, a_key_that_is_not_kept_is_empty_and_one_that_is_kept_stays) {
    put({{"a", "first"}});
    put({{"a", "second"}, {"b", "other"}});
    EXPECT_THAT(get({"b", "none", "a", "a"}), ElementsAre("other", "", "first", "first"));
}

TEST_P(ValueCacheTest, what_was_used_longest_ago_goes_first) {
    const std::string value(300, 'x');  // 400 in base64
    put({{"a", value}, {"b", value}, {"c", value}}, 1);
    get({"a"}, 2);
    put({{"d", value}}, 2, 850);
    const auto values = get({"a", "b", "c", "d"}, 2);
    EXPECT_THAT(values, ElementsAre(value, "", "", value));
}

TEST_P(ValueCacheTest, refuses_what_is_no_key_or_no_value) {
    ValueCache cache(*database_, k_roomy);
    for (const ValueCache::Entry& entry :
         {ValueCache::Entry{"", "x"}, {"a b", "x"}, {"\xC3\xA4", "x"}, {"a", ""}, {std::string(257, 'k'), "x"}}) {
        const auto done = support::await<bool>([&](auto answer) { cache.put({entry}, on_day(1), answer); });
        ASSERT_FALSE(done.has_value()) << entry.key;
        EXPECT_EQ(done.error().code, Errc::invalid_value);
    }
}

}  // namespace
}  // namespace earshot::store
