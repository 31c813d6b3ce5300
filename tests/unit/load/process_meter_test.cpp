#include "process_meter.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

namespace earshot::load {
namespace {

constexpr const char* k_status = "Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n";

TEST(ProcessMeterTest, reads_times_and_sizes_whatever_the_name) {
    const auto state = parse_process_state("7 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20", k_status, 100);

    ASSERT_TRUE(state);
    EXPECT_DOUBLE_EQ(state->cpu_seconds, 3.0);
    EXPECT_EQ(state->rss_bytes, 1024u * 1024);
    EXPECT_EQ(state->peak_rss_bytes, 2048u * 1024);
}

TEST(ProcessMeterTest, refuses_what_is_no_state) {
    EXPECT_FALSE(parse_process_state("", k_status, 100));
    EXPECT_FALSE(parse_process_state("7 (a) S 1 2 3", k_status, 100));
    EXPECT_FALSE(parse_process_state("7 (a) S 1 2 3 4 5 6 7 8 9 10 250 50 0", "", 100));
    EXPECT_FALSE(read_process_state(-1));
}

TEST(ProcessMeterTest, knows_itself) {
    const auto state = read_process_state(getpid());

    ASSERT_TRUE(state);
    EXPECT_GT(state->rss_bytes, 0u);
    EXPECT_GE(state->peak_rss_bytes, state->rss_bytes);
}

}  // namespace
}  // namespace earshot::load
