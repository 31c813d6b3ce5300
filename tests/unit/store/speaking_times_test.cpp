#include "speaking_times.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <vector>

namespace earshot::store {
namespace {

using detect::WallSpan;
using std::chrono::milliseconds;
using testing::ElementsAre;

WallSpan span(int start, int end) {
    return {base::WallTime(milliseconds(start)), base::WallTime(milliseconds(end))};
}

/// A span of up to a tenth of a second, sometimes empty or the wrong way round.
WallSpan random_span(std::mt19937_64& random) {
    const int start = static_cast<int>(random() % 100);
    return span(start, start + static_cast<int>(random() % 40) - 4);
}

std::set<base::WallTime> moments(const std::vector<WallSpan>& spans) {
    std::set<base::WallTime> moments;
    for (const WallSpan& each : spans) {
        for (base::WallTime time = each.start; time < each.end; time += milliseconds(1)) moments.insert(time);
    }
    return moments;
}

TEST(SpeakingTimesTest, merged_spans_cover_the_same_moments_and_do_not_touch) {
    std::mt19937_64 random(1);
    for (int round = 0; round < 500; ++round) {
        std::vector<WallSpan> spans(random() % 8);
        for (WallSpan& each : spans) each = random_span(random);
        const std::vector<WallSpan> joined = merged(spans);

        ASSERT_EQ(moments(joined), moments(spans)) << "round " << round;
        ASSERT_EQ(covered(spans), milliseconds(moments(spans).size())) << "round " << round;
        for (std::size_t i = 1; i < joined.size(); ++i) {
            ASSERT_LT(joined[i - 1].end, joined[i].start) << "round " << round;
        }
    }
}

TEST(SpeakingTimesTest, longest_speakers_are_those_of_a_count_of_moments) {
    std::mt19937_64 random(2);
    for (int round = 0; round < 1000; ++round) {
        std::vector<Spoken> spoken(random() % 10);
        for (Spoken& each : spoken) each = {random() % 4, random_span(random)};
        std::vector<WallSpan> messages(random() % 10);
        for (WallSpan& each : messages) each = random_span(random);
        const std::vector<std::size_t> longest = longest_speakers(messages, spoken);

        ASSERT_EQ(longest.size(), messages.size());
        for (std::size_t i = 0; i < messages.size(); ++i) {
            const auto during =
                moments({{messages[i].start, std::max(messages[i].end, messages[i].start + milliseconds(1))}});
            std::size_t expected = k_nobody;
            std::ptrdiff_t most = 0;
            for (std::size_t speaker = 0; speaker < 4; ++speaker) {
                std::vector<WallSpan> own;
                for (const Spoken& each : spoken) {
                    if (each.speaker == speaker) own.push_back(each.time);
                }
                const auto spoken_moments = moments(own);
                const auto count = std::count_if(during.begin(), during.end(),
                                                 [&](auto time) { return spoken_moments.contains(time); });
                if (count <= most) continue;
                most = count;
                expected = speaker;
            }
            ASSERT_EQ(longest[i], expected) << "round " << round << ", message " << i;
        }
    }
}

TEST(SpeakingTimesTest, of_those_that_spoke_equally_long_the_first_is_meant) {
    const std::vector<Spoken> spoken{{1, span(0, 10)}, {0, span(10, 20)}};
    EXPECT_THAT(longest_speakers(std::vector{span(0, 20), span(1, 20), span(0, 19), span(30, 40), span(5, 5)}, spoken),
                ElementsAre(0, 0, 1, k_nobody, 1));
}

// A speaker that does not stop speaks to the end of time.
TEST(SpeakingTimesTest, takes_spans_that_reach_as_far_as_times_do) {
    const std::vector<Spoken> spoken{{0, {base::WallTime::min(), base::WallTime::max()}}, {1, span(0, 5)}};
    EXPECT_THAT(longest_speakers(std::vector{span(0, 10), span(0, 5)}, spoken), ElementsAre(0, 0));
}

}  // namespace
}  // namespace earshot::store
