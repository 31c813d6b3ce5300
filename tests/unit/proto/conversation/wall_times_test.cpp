#include "wall_times.hpp"

#include "earshot/proto/conversation_codec.hpp"
#include "earshot/proto/server_codec.hpp"

#include "support/dice.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>

namespace earshot::proto {
namespace {

constexpr std::int64_t k_last_ms = 253'402'300'799'999;

base::WallTime at_ms(std::int64_t milliseconds) {
    return base::WallTime(std::chrono::milliseconds(milliseconds));
}

struct TimeCase {
    const char* text;
    std::int64_t milliseconds;
};

TEST(ParseTimeTest, takes_iso_8601_and_seconds) {
    constexpr std::array k_cases{
        TimeCase{"1970-01-01T00:00:00Z", 0},
        TimeCase{"1970-01-01T00:00:00.001Z", 1},
        TimeCase{"1969-12-31T23:59:59.999Z", -1},
        TimeCase{"1969-12-31T23:59:59Z", -1000},
        TimeCase{"2000-02-29T12:00:00.000Z", 951'825'600'000},
        TimeCase{"2024-02-29T23:59:59.999Z", 1'709'251'199'999},
        TimeCase{"2024-03-01T00:00:00Z", 1'709'251'200'000},
        TimeCase{"2026-05-04T03:02:01.5Z", 1'777'863'721'500},
        TimeCase{"2026-05-04T03:02:01.25Z", 1'777'863'721'250},
        TimeCase{"2026-05-04T03:02:01,123Z", 1'777'863'721'123},
        TimeCase{"2026-05-04T03:02:01.1239999999999Z", 1'777'863'721'123},
        TimeCase{"2026-05-04t03:02:01z", 1'777'863'721'000},
        TimeCase{"2026-05-04 03:02:01Z", 1'777'863'721'000},
        TimeCase{"2026-05-04T03:02:01", 1'777'863'721'000},
        TimeCase{"2026-05-04T03:02Z", 1'777'863'720'000},
        TimeCase{"2026-05-04T05:02:01+02:00", 1'777'863'721'000},
        TimeCase{"2026-05-04T05:02:01+0200", 1'777'863'721'000},
        TimeCase{"2026-05-04T05:02:01.000+02", 1'777'863'721'000},
        TimeCase{"2026-05-04T05:02:01 02:00", 1'777'863'721'000},
        TimeCase{"2026-05-03T21:32:01-05:30", 1'777'863'721'000},
        TimeCase{"1970-01-01T00:00:00+23:59", -86'340'000},
        TimeCase{"0000-01-01T00:00:00Z", -62'167'219'200'000},
        TimeCase{"9999-12-31T23:59:59.999Z", k_last_ms},
        TimeCase{"0", 0},
        TimeCase{"1777863721", 1'777'863'721'000},
        TimeCase{"1777863721.123", 1'777'863'721'123},
        TimeCase{"0001.5", 1500},
        TimeCase{"253402300799", 253'402'300'799'000},
        TimeCase{"253402300799.9999", k_last_ms},
    };
    for (const TimeCase& expected : k_cases) {
        EXPECT_EQ(parse_time(expected.text), at_ms(expected.milliseconds)) << expected.text;
    }
}

TEST(ParseTimeTest, refuses_what_is_no_time) {
    for (const char* text : {"",
                             " ",
                             "soon",
                             "2026-05-04",
                             "2026-05-04T",
                             "2026-05-04T03",
                             "2026-05-04T03:02:0Z",
                             "2026-05-04T03:02:01.Z",
                             "2026-05-04T03:02.5Z",
                             "2026-05-04T03:02:01ZZ",
                             "2026-05-04T03:02:01+",
                             "2026-05-04T03:02:01+2",
                             "2026-05-04T03:02:01+02:",
                             "2026-05-04T03:02:01+02:0",
                             "2026-05-04T03:02:01+24:00",
                             "2026-05-04T03:02:01+02:60",
                             "2026-05-04T03:02:01+02:000",
                             "2026-05-04T24:00:00Z",
                             "2026-05-04T03:60:00Z",
                             "2026-05-04T03:02:60Z",
                             "2026-02-29T00:00:00Z",
                             "1900-02-29T00:00:00Z",
                             "2026-00-04T00:00:00Z",
                             "2026-13-04T00:00:00Z",
                             "2026-05-00T00:00:00Z",
                             "2026-04-31T00:00:00Z",
                             "26-05-04T03:02:01Z",
                             "02026-05-04T03:02:01Z",
                             "-2026-05-04T03:02:01Z",
                             "2026/05/04T03:02:01Z",
                             " 2026-05-04T03:02:01Z",
                             "2026-05-04T03:02:01Z ",
                             "0000-01-01T00:00:00+00:01",
                             "9999-12-31T23:59:59.999-00:01",
                             "-1",
                             "+1",
                             "1.",
                             ".5",
                             "1.2.3",
                             "1e3",
                             "0x10",
                             "253402300800",
                             "99999999999999999999999999999999999999"}) {
        EXPECT_EQ(parse_time(text), std::nullopt) << text;
    }
    EXPECT_EQ(parse_time(std::string(1000, '9')), std::nullopt);
    EXPECT_EQ(parse_time(std::string_view("\0\xff", 2)), std::nullopt);
    EXPECT_EQ(parse_time(std::string_view("2026-05-04T03:02:01\0", 20)), std::nullopt);
}

TEST(ParseTimeTest, reads_what_is_written) {
    support::Dice dice(1);
    for (int round = 0; round < 20'000; ++round) {
        // From the year 1 to the end of 9998, so that every offset stays within the years that can be written.
        const base::WallTime time =
            at_ms(static_cast<std::int64_t>(dice.below(315'500'000'000'000)) - 62'135'596'800'000);
        ASSERT_EQ(parse_time(to_iso8601(time)), time) << to_iso8601(time);

        const int minutes = static_cast<int>(dice.below(2 * 1440 - 1)) - 1439;
        std::string local = to_iso8601(time + std::chrono::minutes(minutes));
        char offset[32];
        const int size = std::abs(minutes);
        std::snprintf(offset, sizeof offset, "%c%02d:%02d", minutes < 0 ? '-' : '+', size / 60 % 24, size % 60);
        local.replace(local.size() - 1, 1, offset);
        ASSERT_EQ(parse_time(local), time) << local;
    }
}

TEST(ParseTimeTest, seconds_read_as_the_moment_that_they_are) {
    support::Dice dice(2);
    for (int round = 0; round < 20'000; ++round) {
        const auto milliseconds = static_cast<std::int64_t>(dice.below(k_last_ms + 1));
        char text[32];
        std::snprintf(text, sizeof text, "%lld.%03lld", static_cast<long long>(milliseconds / 1000),
                      static_cast<long long>(milliseconds % 1000));
        ASSERT_EQ(parse_time(text), at_ms(milliseconds)) << text;
    }
}

TEST(ParseTimeTest, nothing_that_clients_send_is_a_fault) {
    support::Dice dice(3);
    const std::string characters = "0123456789-:.TtZz+ ,\xff";
    for (int round = 0; round < 100'000; ++round) {
        std::string text = dice.one_in(2) ? "2026-05-04T03:02:01.500+02:00" : "1777863721.5";
        for (std::size_t changes = dice.below(4); changes > 0; --changes) {
            const std::size_t place = dice.below(text.size());
            if (dice.one_in(3)) {
                text.erase(place, 1);
            } else {
                text[place] = dice.any(characters);
            }
        }
        const auto time = parse_time(text);
        if (time) {
            ASSERT_EQ(parse_time(to_iso8601(*time)), time) << text;
        }
    }
}

TEST(ToWallTimeTest, takes_what_can_be_written_alone) {
    EXPECT_EQ(to_wall_time(0), at_ms(0));
    EXPECT_EQ(to_wall_time(1.0004), at_ms(1000));
    EXPECT_EQ(to_wall_time(1.0006), at_ms(1001));
    EXPECT_EQ(to_wall_time(-0.001), std::nullopt);
    EXPECT_EQ(to_wall_time(253'402'300'800.0), std::nullopt);
    EXPECT_EQ(to_wall_time(std::numeric_limits<double>::quiet_NaN()), std::nullopt);
    EXPECT_EQ(to_wall_time(std::numeric_limits<double>::infinity()), std::nullopt);
}

}  // namespace
}  // namespace earshot::proto
