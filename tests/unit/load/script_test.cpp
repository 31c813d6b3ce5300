#include "script.hpp"

#include <gtest/gtest.h>

namespace earshot::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* k_call = R"({"text":"how","isFinal":false,"startTime":10,"endTime":10.5}
{"text":"how much","startTime":10,"endTime":11,"seq":4}
{"text":"ten","startTime":12,"endTime":13,"speaker":{"userId":"bob"}}
)";

Call call_of(const char* text) {
    auto calls = parse_calls(text);
    return calls && calls->size() == 1 ? calls->front() : Call{};
}

TEST(ScriptTest, a_fixed_pace_ignores_the_times_of_the_call) {
    Pace pace;
    pace.chunks_per_second = 4;
    pace.interims = true;
    pace.duration = seconds(1);

    const Script script = make_script(call_of(k_call), pace);

    ASSERT_EQ(script.size(), 4u);
    for (std::size_t i = 0; i < script.size(); ++i) EXPECT_EQ(script[i].due, milliseconds(250 * i));
    EXPECT_EQ(script[3].chunk.text, "how") << "the call begins anew";
}

TEST(ScriptTest, the_own_pace_is_that_of_the_end_times) {
    Pace pace;
    pace.speed = 2;
    pace.interims = true;
    pace.duration = milliseconds(2500);

    const Script script = make_script(call_of(k_call), pace);

    ASSERT_EQ(script.size(), 4u);
    EXPECT_EQ(script[0].due, milliseconds(250));
    EXPECT_EQ(script[2].due, milliseconds(1500));
    EXPECT_EQ(script[3].due, milliseconds(2250)) << "a second after the end of the first round";
}

TEST(ScriptTest, without_interims_only_finals_are_said) {
    Pace pace;
    pace.chunks_per_second = 1;
    pace.duration = seconds(3);

    const Script script = make_script(call_of(k_call), pace);

    ASSERT_EQ(script.size(), 3u);
    EXPECT_EQ(script[0].chunk.text, "how much");
    EXPECT_EQ(script[1].chunk.text, "ten");
    EXPECT_EQ(script[2].chunk.text, "how much");
}

TEST(ScriptTest, frames_and_chunks_agree_and_times_go_on) {
    Pace pace;
    pace.chunks_per_second = 1;
    pace.interims = true;
    pace.duration = seconds(9);

    const Script script = make_script(call_of(k_call), pace);

    double latest = 0;
    for (const Line& line : script) {
        const auto again = app::parse_call(*line.frame);
        ASSERT_TRUE(again);
        EXPECT_EQ(again->front().chunk, line.chunk);
        EXPECT_EQ(line.chunk.seq, std::nullopt) << "a repeated number would be ignored";
        EXPECT_GE(*line.chunk.end_time, latest);
        latest = *line.chunk.end_time;
    }
    EXPECT_EQ(script[0].chunk.start_time, 0);
    EXPECT_EQ(script[3].chunk.start_time, 4);
}

TEST(ScriptTest, a_call_without_times_gets_some) {
    const Call call = call_of("{\"text\":\"a\"}\n{\"text\":\"b\",\"startTime\":1}\n");

    ASSERT_EQ(call.size(), 2u);
    EXPECT_EQ(call[0].chunk.start_time, 0);
    EXPECT_EQ(call[0].chunk.end_time, call[1].chunk.start_time);
}

TEST(ScriptTest, conversations_become_growing_hypotheses) {
    const auto calls = parse_calls(
        "{\"id\":1,\"turns\":[{\"speaker\":\"agent\",\"text\":\"one two three four five\"},{\"text\":\"yes\"}]}\n\n"
        "{\"id\":2,\"turns\":[{\"speaker\":\"x\",\"text\":\"no\"}]}");

    ASSERT_TRUE(calls);
    ASSERT_EQ(calls->size(), 2u);
    const Call& call = calls->front();
    ASSERT_EQ(call.size(), 3u);
    EXPECT_EQ(call[0].chunk.text, "one two three four");
    EXPECT_FALSE(call[0].chunk.is_final);
    EXPECT_EQ(call[1].chunk.text, "one two three four five");
    EXPECT_TRUE(call[1].chunk.is_final);
    EXPECT_EQ(call[1].chunk.speaker, (proto::Speaker{"agent", "", "agent"}));
    EXPECT_EQ(call[2].chunk.speaker, std::nullopt);
    EXPECT_GT(call[2].chunk.start_time, call[1].chunk.end_time);
}

TEST(ScriptTest, unusable_files_are_refused_with_their_line) {
    EXPECT_FALSE(parse_calls(""));
    EXPECT_NE(parse_calls("{\"text\":\"a\"}\nx").error().message.find("line 2"), std::string::npos);
    EXPECT_NE(parse_calls("{\"turns\":[]}").error().message.find("line 1"), std::string::npos);
    EXPECT_NE(parse_calls("{\"turns\":[{\"text\":\"a\"}]}\n{\"turns\":[{\"text\":1}]}").error().message.find("line 2"),
              std::string::npos);
}

}  // namespace
}  // namespace earshot::load
