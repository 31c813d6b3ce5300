#include "earshot/app/call_file.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace earshot::app {
namespace {

using std::chrono::milliseconds;

TEST(PlayCallFileTest, adds_the_type_and_nothing_else) {
    const auto call =
        parse_call("{ \"text\" : \"a\",\"isFinal\":false}\r\n\n  {\"text\":\"b\",\"type\":\"transcript\"}  ");

    ASSERT_TRUE(call);
    ASSERT_EQ(call->size(), 2u);
    EXPECT_EQ((*call)[0].frame, "{\"type\":\"transcript\", \"text\" : \"a\",\"isFinal\":false}");
    EXPECT_FALSE((*call)[0].chunk.is_final);
    EXPECT_EQ((*call)[1].frame, "{\"text\":\"b\",\"type\":\"transcript\"}");
}

TEST(PlayCallFileTest, a_type_inside_another_member_is_no_type) {
    const auto call = parse_call(R"({"text":"a","meta":{"type":"x"}})");

    ASSERT_TRUE(call);
    EXPECT_EQ(call->front().frame, R"({"type":"transcript","text":"a","meta":{"type":"x"}})");
}

struct BadCall {
    const char* name;
    const char* text;
    const char* message;
};

class PlayCallFileErrorTest : public testing::TestWithParam<BadCall> {};

TEST_P(PlayCallFileErrorTest, says_the_line) {
    const auto call = parse_call(GetParam().text);

    ASSERT_FALSE(call);
    EXPECT_NE(call.error().message.find(GetParam().message), std::string::npos) << call.error().message;
    EXPECT_EQ(call.error().path, "");
}

INSTANTIATE_TEST_SUITE_P(
    All, PlayCallFileErrorTest,
    testing::Values(BadCall{"no_text", "\n{\"text\":\"a\"}\n{\"isFinal\":true}", "line 3: /text: "},
                    BadCall{"no_json", "{\"text\":", "line 1: "}, BadCall{"no_object", "[1]", "line 1: "},
                    BadCall{"empty_object", "{}", "/text"},
                    BadCall{"other_type", R"({"type":"stop_request"})", "line 1: /type: "},
                    BadCall{"nothing", " \n \n", "holds no chunk"}),
    [](const auto& c) { return std::string(c.param.name); });

TEST(PlayCallFileTest, speed_is_a_positive_number_or_max) {
    EXPECT_EQ(parse_speed("1"), 1.0);
    EXPECT_EQ(parse_speed("0.5"), 0.5);
    EXPECT_EQ(parse_speed("100"), 100.0);
    EXPECT_TRUE(std::isinf(*parse_speed("max")));
    for (const char* bad : {"", "0", "-1", "fast", "2x", "inf", "nan", " 1"}) EXPECT_FALSE(parse_speed(bad)) << bad;
}

TEST(PlayCallFileTest, chunks_are_due_by_their_end_times) {
    const auto call = parse_call(R"({"text":"a","startTime":100,"endTime":101})"
                                 "\n"
                                 R"({"text":"b"})"
                                 "\n"
                                 R"({"text":"c","endTime":100.5})"
                                 "\n"
                                 R"({"text":"d","endTime":104})");

    ASSERT_TRUE(call);
    const std::vector<base::Duration> expected{milliseconds(500), milliseconds(500), milliseconds(500),
                                               milliseconds(2000)};
    EXPECT_EQ(due_times(*call, 2), expected);
    EXPECT_EQ(due_times(*call, *parse_speed("max")), std::vector<base::Duration>(4));
}

TEST(PlayStartRequestTest, asks_for_what_is_wished) {
    StartWishes wishes;
    wishes.trackers_json = R"({"trackers":[{"name":"Price","vocabulary":["how much"]}]})";
    wishes.interims = true;
    wishes.tiers = detect::TierSet().insert(detect::Tier::exact).insert(detect::Tier::inflected);
    wishes.threshold = 0.5;
    wishes.language = "es-ES";

    EXPECT_EQ(
        start_request(wishes),
        R"({"type":"start_request","config":{"trackers":{"interimResults":true,"revisions":true,"threshold":5E-1,)"
        R"("tiers":["exact","inflected"]},"languageCode":"es-ES"},)"
        R"("trackers":[{"name":"Price","vocabulary":["how much"]}]})");
}

TEST(PlayStartRequestTest, without_a_tracker_file_the_stored_trackers_are_asked_for) {
    EXPECT_EQ(start_request({}), R"({"type":"start_request","config":{"trackers":{"enableAllTrackers":true}}})");
}

}  // namespace
}  // namespace earshot::app
