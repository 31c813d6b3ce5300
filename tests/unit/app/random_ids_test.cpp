#include "earshot/app/random_ids.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace earshot::app {
namespace {

constexpr std::size_t k_samples = 5'000;

TEST(RandomIdSourceTest, uuids_are_of_version_4) {
    RandomIdSource source;

    for (std::size_t i = 0; i < k_samples; ++i) {
        EXPECT_THAT(source.make_uuid(),
                    testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
    }
}

TEST(RandomIdSourceTest, digits_are_sixteen_and_do_not_begin_with_zero) {
    RandomIdSource source;

    for (std::size_t i = 0; i < k_samples; ++i) {
        EXPECT_THAT(source.make_digits(), testing::MatchesRegex("[1-9][0-9]{15}"));
    }
}

TEST(RandomIdSourceTest, ids_of_two_sources_all_differ) {
    RandomIdSource one;
    RandomIdSource other;
    std::set<std::string> ids;

    for (std::size_t i = 0; i < k_samples; ++i) ids.insert({one.make_uuid(), other.make_uuid()});

    EXPECT_EQ(ids.size(), 2 * k_samples);
}

TEST(RandomIdSourceTest, every_bit_that_is_free_is_used) {
    RandomIdSource source;
    std::vector<std::set<char>> seen(36);

    for (std::size_t i = 0; i < k_samples; ++i) {
        const std::string uuid = source.make_uuid();
        for (std::size_t at = 0; at < uuid.size(); ++at) seen[at].insert(uuid[at]);
    }

    const auto full = std::count_if(seen.begin(), seen.end(), [](const auto& values) { return values.size() == 16; });
    EXPECT_EQ(full, 30);  // 32 hexadecimal digits without those of version and variant
    EXPECT_EQ(seen[19], (std::set<char>{'8', '9', 'a', 'b'}));
}

}  // namespace
}  // namespace earshot::app
