#include "store/availability.hpp"

#include <gtest/gtest.h>

namespace earshot::store {
namespace {

using namespace std::chrono_literals;

constexpr base::MonotonicTime k_start{base::Duration(1h)};

TEST(AvailabilityTest, is_reachable_until_a_failure_and_from_a_success_on) {
    Availability availability(100ms, 5s);
    EXPECT_TRUE(availability.is_reachable());
    EXPECT_FALSE(availability.next_probe().has_value());

    availability.failed(k_start);
    EXPECT_FALSE(availability.is_reachable());

    availability.succeeded();
    EXPECT_TRUE(availability.is_reachable());
    EXPECT_FALSE(availability.begin_probe(k_start + 1h));
}

TEST(AvailabilityTest, pauses_between_probes_double_up_to_their_bound_and_begin_anew) {
    Availability availability(100ms, 350ms);
    for (int round = 0; round < 2; ++round) {
        for (const base::Duration pause : {100ms, 200ms, 350ms, 350ms}) {
            availability.failed(k_start);
            EXPECT_EQ(availability.next_probe(), k_start + pause);
        }
        availability.succeeded();
    }
}

TEST(AvailabilityTest, one_at_a_time_looks_for_it_when_it_is_due) {
    Availability availability(100ms, 5s);
    availability.failed(k_start);

    EXPECT_FALSE(availability.begin_probe(k_start + 99ms));
    EXPECT_TRUE(availability.begin_probe(k_start + 100ms));
    EXPECT_FALSE(availability.begin_probe(k_start + 10s)) << "somebody is looking";
    EXPECT_FALSE(availability.next_probe().has_value());
    EXPECT_FALSE(availability.is_reachable());

    availability.failed(k_start + 2s);
    EXPECT_TRUE(availability.begin_probe(k_start + 2200ms));
}

}  // namespace
}  // namespace earshot::store
