#include "earshot/proto/process_codec.hpp"

#include "support/findings_text.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::proto {
namespace {

using support::told;

/// What is wrong with a list of messages.
std::string in_messages(std::string_view messages) {
    return told(read_text_request("", R"({"messages":)" + std::string(messages) + "}", {}));
}

/// The one message of a body, with `members` beside its payload.
SaidMessage message(std::string_view members) {
    const auto request =
        read_text_request("", R"({"messages":[{"payload":{"content":"x"},)" + std::string(members) + "}]}", {});
    EXPECT_EQ(told(request), "nothing") << members;
    return request ? request->messages.at(0) : SaidMessage{};
}

base::WallTime at_ms(std::int64_t milliseconds) {
    return base::WallTime(std::chrono::milliseconds(milliseconds));
}

TEST(SaidMessagesTest, messages_are_mandatory) {
    EXPECT_EQ(told(read_text_request("", "", {})), R"(/messages: "messages" is required)");
    EXPECT_EQ(told(read_text_request("name=a", "{}", {})), R"(/messages: "messages" is required)");
    EXPECT_EQ(told(read_text_request("", "null", {})), R"(/messages: "messages" is required)");
    EXPECT_EQ(told(read_text_request("", R"({"messages":null})", {})), R"(/messages: "messages" is required)");
    EXPECT_EQ(told(read_text_request("messages=[", "", {})), R"(/messages: "messages" is not valid JSON)");
    EXPECT_EQ(in_messages("[]"), R"(/messages: "messages" must hold at least one message)");
    EXPECT_EQ(in_messages(R"("x")"), R"(/messages: "messages" must be an array)");
    EXPECT_EQ(in_messages("{}"), R"(/messages: "messages" must be an array)");
}

TEST(SaidMessagesTest, tells_what_is_wrong_with_messages) {
    EXPECT_EQ(
        in_messages(R"([7,{},{"payload":{}},{"payload":"x"},{"payload":{"content":7}},{"payload":{"content":"x"}}])"),
        R"(/messages/0: "messages[0]" must be an object; )"
        R"(/messages/1/payload: "messages[1].payload" is required; )"
        R"(/messages/2/payload/content: "messages[2].payload.content" is required; )"
        R"(/messages/3/payload: "messages[3].payload" must be an object; )"
        R"(/messages/4/payload/content: "messages[4].payload.content" must be a string)");
    EXPECT_EQ(in_messages(R"([{"payload":{"content":"a\u0000"},"from":{"name":7},"duration":3}])"),
              R"(/messages/0/payload/content: "messages[0].payload.content" holds the character U+0000; )"
              R"(/messages/0/from/name: "messages[0].from.name" must be a string; )"
              R"(/messages/0/duration: "messages[0].duration" must be an object)");
}

TEST(SaidMessagesTest, who_speaks_may_be_named_in_part) {
    const auto from = [](std::string_view value) { return message(R"("from":)" + std::string(value)).from; };

    EXPECT_EQ(from(R"({"name":"Ann"})"), (Speaker{"", "Ann", ""}));
    EXPECT_EQ(from(R"({"email":"a@b.c","role":"agent"})"), (Speaker{"a@b.c", "", "agent"}));
    EXPECT_EQ(from(R"({"email":"a@b.c","userId":"u1","id":"9"})"), (Speaker{"u1", "", ""}));
    EXPECT_EQ(from(R"({"userId":null,"name":""})"), std::nullopt);
    EXPECT_EQ(from("null"), std::nullopt);
}

struct TimeCase {
    const char* duration;
    std::int64_t start_ms;
    std::int64_t end_ms;
    bool is_from_begin;
};

TEST(SaidMessagesTest, times_are_moments_or_seconds_from_the_begin) {
    const std::vector<TimeCase> cases{
        {R"({"startTime":"1970-01-01T00:00:01Z","endTime":"1970-01-01T01:00:02.25+01:00"})", 1000, 2250, false},
        {R"({"startTime":12.34,"endTime":13.9})", 12'340, 13'900, true},
        {R"({"startTime":"12.34","endTime":"13.9"})", 12'340, 13'900, true},
        {R"({"startTime":0,"endTime":0})", 0, 0, true},
        {R"({"startTime":99999999.999,"endTime":99999999.999})", 99'999'999'999, 99'999'999'999, true},
        {R"({"startTime":100000000,"endTime":100000000.5})", 100'000'000'000, 100'000'000'500, false},
        {R"({"startTime":1777863721.5,"endTime":"1777863723"})", 1'777'863'721'500, 1'777'863'723'000, false},
        {R"({"startTime":"2026-05-04T03:02:01.500Z","endTime":1777863723})", 1'777'863'721'500, 1'777'863'723'000,
         false},
        {R"({"startTime":5})", 5000, 5000, true},
        {R"({"endTime":"1970-01-01T00:00:00Z"})", 0, 0, false},
    };
    for (const TimeCase& expected : cases) {
        const SaidMessage said = message(R"("duration":)" + std::string(expected.duration));
        EXPECT_EQ(said.time, (detect::WallSpan{at_ms(expected.start_ms), at_ms(expected.end_ms)})) << expected.duration;
        EXPECT_EQ(said.is_from_begin, expected.is_from_begin) << expected.duration;
    }
}

TEST(SaidMessagesTest, times_that_cannot_be_are_told) {
    const auto of = [](std::string_view duration) {
        return in_messages(R"([{"payload":{"content":"x"},"duration":)" + std::string(duration) + "}]");
    };
    const std::string begin = "/messages/0/duration";
    const std::string name = R"("messages[0].duration)";
    for (const char* time : {R"("")", R"("soon")", "-1", "1e12", "true", "[]", R"("-1")"}) {
        EXPECT_EQ(of(R"({"startTime":)" + std::string(time) + "}"),
                  begin + "/startTime: " + name + R"(.startTime" must be a time in ISO 8601 or in seconds)")
            << time;
    }
    EXPECT_EQ(of(R"({"startTime":2,"endTime":1.999})"),
              begin + "/endTime: " + name + R"(.endTime" must not be before the start)");
    EXPECT_EQ(of(R"({"startTime":2,"endTime":"2026-05-04T03:02:01Z"})"),
              begin + ": " + name + R"(" must count both times from the same moment)");
    EXPECT_EQ(of("{}"), "nothing");
}

}  // namespace
}  // namespace earshot::proto
