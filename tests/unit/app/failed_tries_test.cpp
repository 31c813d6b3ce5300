#include "earshot/app/failed_tries.hpp"

#include <gtest/gtest.h>

#include <string>

namespace earshot::app {
namespace {

using namespace std::chrono_literals;

constexpr base::MonotonicTime k_start{1h};
constexpr base::Duration k_none{0};

bool is_slowed(const FailedTries& tries, const std::string& client) {
    return tries.wait(client, k_start) > k_none;
}

void fail(FailedTries& tries, const std::string& client, std::uint32_t times, base::MonotonicTime now = k_start) {
    for (std::uint32_t i = 0; i < times; ++i) tries.add(client, now);
}

TEST(FailedTriesTest, who_never_failed_waits_for_nothing) {
    const FailedTries tries(4);

    EXPECT_EQ(tries.wait("192.0.2.1", k_start), k_none);
    EXPECT_FALSE(is_slowed(tries, "192.0.2.1"));
}

TEST(FailedTriesTest, a_few_failures_are_free) {
    FailedTries tries(4);
    fail(tries, "192.0.2.1", FailedTries::k_free);

    EXPECT_EQ(tries.wait("192.0.2.1", k_start), k_none);
    EXPECT_FALSE(is_slowed(tries, "192.0.2.1"));
}

TEST(FailedTriesTest, each_further_one_doubles_the_wait_up_to_the_longest) {
    FailedTries tries(4);
    fail(tries, "192.0.2.1", FailedTries::k_free);

    for (const auto& wait : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
        tries.add("192.0.2.1", k_start);
        EXPECT_EQ(tries.wait("192.0.2.1", k_start), wait);
    }
    fail(tries, "192.0.2.1", 100'000);
    EXPECT_EQ(tries.wait("192.0.2.1", k_start), FailedTries::k_longest_wait);
}

TEST(FailedTriesTest, the_wait_passes_with_the_time) {
    FailedTries tries(4);
    fail(tries, "192.0.2.1", FailedTries::k_free + 3);

    EXPECT_EQ(tries.wait("192.0.2.1", k_start + 1s), 3s);
    EXPECT_EQ(tries.wait("192.0.2.1", k_start + 4s), k_none);
    EXPECT_EQ(tries.wait("192.0.2.1", k_start + 1h), k_none);
}

TEST(FailedTriesTest, failures_are_forgiven_after_success_and_after_time) {
    FailedTries tries(4);
    fail(tries, "192.0.2.1", FailedTries::k_free + 9);
    tries.add("192.0.2.1", k_start + FailedTries::k_memory - 1ms);
    const base::MonotonicTime second = k_start + FailedTries::k_memory - 1ms;
    EXPECT_EQ(tries.wait("192.0.2.1", second), FailedTries::k_longest_wait);

    tries.add("192.0.2.1", second + FailedTries::k_memory);
    EXPECT_EQ(tries.wait("192.0.2.1", second + FailedTries::k_memory), k_none);

    fail(tries, "192.0.2.2", FailedTries::k_free + 1);
    tries.forgive("192.0.2.2");
    tries.forgive("192.0.2.3");
    EXPECT_EQ(tries.wait("192.0.2.2", k_start), k_none);
}

TEST(FailedTriesTest, addresses_are_apart_from_each_other) {
    FailedTries tries(4);
    fail(tries, "192.0.2.1", FailedTries::k_free + 1);

    EXPECT_FALSE(is_slowed(tries, "192.0.2.2"));
    EXPECT_FALSE(is_slowed(tries, "2001:db8::1"));
}

TEST(FailedTriesTest, an_ipv6_address_counts_as_its_network) {
    FailedTries tries(4);
    fail(tries, "2001:db8:1:2:3:4:5:6", FailedTries::k_free + 1);

    EXPECT_TRUE(is_slowed(tries, "2001:db8:1:2::1"));
    EXPECT_FALSE(is_slowed(tries, "2001:db8:1:3::1"));
}

TEST(FailedTriesTest, an_ipv4_address_is_the_same_in_either_dress) {
    FailedTries tries(4);
    fail(tries, "::ffff:192.0.2.1", FailedTries::k_free + 1);

    EXPECT_TRUE(is_slowed(tries, "192.0.2.1"));
    EXPECT_FALSE(is_slowed(tries, "::ffff:192.0.2.2"));
}

TEST(FailedTriesTest, what_is_no_address_is_one_client) {
    FailedTries tries(4);
    fail(tries, "", FailedTries::k_free + 1);

    EXPECT_TRUE(is_slowed(tries, "nonsense"));
    EXPECT_TRUE(is_slowed(tries, std::string(1000, '1')));
    EXPECT_FALSE(is_slowed(tries, "192.0.2.1"));
}

TEST(FailedTriesTest, of_more_than_fit_who_failed_longest_ago_is_forgotten) {
    FailedTries tries(3);
    for (const char* client : {"192.0.2.1", "192.0.2.2", "192.0.2.3"}) fail(tries, client, FailedTries::k_free + 1);
    tries.add("192.0.2.1", k_start);

    fail(tries, "192.0.2.4", FailedTries::k_free + 1);

    EXPECT_TRUE(is_slowed(tries, "192.0.2.1"));
    EXPECT_FALSE(is_slowed(tries, "192.0.2.2"));
    EXPECT_TRUE(is_slowed(tries, "192.0.2.3"));
    EXPECT_TRUE(is_slowed(tries, "192.0.2.4"));
}

TEST(FailedTriesTest, a_crowd_leaves_only_the_last_ones) {
    FailedTries tries(16);
    for (int i = 0; i < 1000; ++i) {
        fail(tries, "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250), FailedTries::k_free + 1);
    }

    for (int i = 0; i < 1000; ++i) {
        const std::string client = "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250);
        EXPECT_EQ(is_slowed(tries, client), i >= 1000 - 16) << client;
    }
}

TEST(FailedTriesTest, without_a_place_nobody_is_slowed) {
    FailedTries tries(0);
    fail(tries, "192.0.2.1", 1000);

    EXPECT_EQ(tries.wait("192.0.2.1", k_start), k_none);
    tries.forgive("192.0.2.1");
}

}  // namespace
}  // namespace earshot::app
