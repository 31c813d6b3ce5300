#include "earshot/proto/conversation_codec.hpp"

#include "support/findings_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <string>
#include <vector>

namespace earshot::proto {
namespace {

using support::told;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

constexpr double k_open = std::numeric_limits<double>::infinity();

TEST(ConversationBodyTest, changes_what_it_names) {
    EXPECT_EQ(*read_conversation_body(R"({"name":"Call","metadata":{"a": [1]},"id":7})", 100),
              (ConversationBody{"Call", R"({"a":[1]})"}));
    EXPECT_EQ(*read_conversation_body("{}", 100), ConversationBody{});
    EXPECT_EQ(*read_conversation_body(R"({"name":null,"metadata":null})", 100), ConversationBody{});
    EXPECT_EQ(*read_conversation_body(R"({"name":"","metadata":{}})", 100), (ConversationBody{"", "{}"}));
}

TEST(ConversationBodyTest, tells_what_is_wrong) {
    EXPECT_EQ(told(read_conversation_body(R"({"name":1,"metadata":"{}"})", 100)),
              R"(/name: "name" must be a string; /metadata: "metadata" must be an object)");
    EXPECT_EQ(told(read_conversation_body(R"({"metadata":{"a":1}})", 6)), R"(/metadata: "metadata" is over 6 bytes)");
    EXPECT_EQ(told(read_conversation_body(R"({"metadata":{"a":1}})", 7)), "nothing");
    EXPECT_EQ(told(read_conversation_body("", 100)), ": the body is not valid JSON");
    EXPECT_EQ(told(read_conversation_body("[]", 100)), ": the body must be an object");
    EXPECT_EQ(told(read_conversation_body(R"({"name":")" + std::string(1025, 'a') + "\"}", 100)),
              R"(/name: "name" is over 1024 bytes)");
}

TEST(MemberBodyTest, names_a_member) {
    EXPECT_EQ(*read_member_body(R"({"id":"m1","name":"Ann","email":"a@b.c"})", "m1"),
              (detect::MemberRecord{"m1", "Ann", "a@b.c", ""}));
    EXPECT_EQ(*read_member_body(R"({"userId":"u1","email":"a@b.c","role":"agent"})", "m1"),
              (detect::MemberRecord{"m1", "", "u1", "agent"}));
    EXPECT_EQ(*read_member_body("{}", "m1"), (detect::MemberRecord{"m1", "", "", ""}));
}

TEST(MemberBodyTest, tells_what_is_wrong) {
    EXPECT_EQ(told(read_member_body(R"({"id":"m2"})", "m1")), R"(/id: "id" is another one than that of the path)");
    EXPECT_EQ(told(read_member_body(R"({"name":[],"email":7})", "m1")),
              R"(/name: "name" must be a string; /email: "email" must be a string)");
    EXPECT_EQ(told(read_member_body("7", "m1")), ": the body must be an object");
}

std::string event(std::string_view type, std::string_view user, std::string_view offset) {
    return R"({"type":")" + std::string(type) + R"(_speaking","user":)" + std::string(user) + R"(,"offset":)" +
           std::string(offset) + "}";
}

auto events(const std::vector<std::string>& list) {
    std::string all;
    for (const std::string& one : list) all += (all.empty() ? "" : ",") + one;
    return read_speakers_body(R"({"speakerEvents":[)" + all + "]}");
}

TEST(SpeakersBodyTest, spans_run_from_start_to_stop) {
    const auto spans = events({event("started", R"({"id":"m1","name":"Ann"})", R"({"seconds":1,"nanos":500000000})"),
                               event("started", R"({"userId":"bob"})", R"({"seconds":"2"})"),
                               event("stopped", R"({"id":"m1"})", R"({"seconds":"3","nanos":"250000000"})"),
                               event("started", R"({"id":"m1"})", R"({"seconds":8})"),
                               event("stopped", R"({"email":"bob"})", R"({"nanos":5000000000})"),
                               event("started", R"({"name":"Cy"})", "{}")});

    ASSERT_TRUE(spans) << told(spans);
    EXPECT_THAT(*spans,
                ElementsAre(SpokenSpan{{"m1", "Ann", "", ""}, 1.5, 3.25}, SpokenSpan{{"", "", "bob", ""}, 2, 5},
                            SpokenSpan{{"m1", "", "", ""}, 8, k_open}, SpokenSpan{{"", "Cy", "", ""}, 0, k_open}));
    EXPECT_THAT(*events({}), IsEmpty());
}

TEST(SpeakersBodyTest, who_starts_again_goes_on) {
    const auto spans = events({event("started", R"({"id":"m1"})", R"({"seconds":1})"),
                               event("started", R"({"id":"m1"})", R"({"seconds":2})"),
                               event("stopped", R"({"id":"m1"})", R"({"seconds":3})")});

    EXPECT_THAT(*spans, ElementsAre(SpokenSpan{{"m1", "", "", ""}, 1, 3}));
}

TEST(SpeakersBodyTest, ids_user_ids_and_names_are_told_apart) {
    const auto spans = events({event("started", R"({"id":"x"})", R"({"seconds":1})"),
                               event("started", R"({"userId":"x"})", R"({"seconds":2})"),
                               event("started", R"({"name":"x"})", R"({"seconds":3})"),
                               event("stopped", R"({"userId":"x","name":"y"})", R"({"seconds":4})")});

    EXPECT_THAT(*spans, ElementsAre(SpokenSpan{{"x", "", "", ""}, 1, k_open}, SpokenSpan{{"", "", "x", ""}, 2, 4},
                                    SpokenSpan{{"", "x", "", ""}, 3, k_open}));
}

TEST(SpeakersBodyTest, tells_what_is_wrong) {
    EXPECT_EQ(told(read_speakers_body("{}")), R"(/speakerEvents: "speakerEvents" is required)");
    EXPECT_EQ(told(read_speakers_body(R"({"speakerEvents":{}})")),
              R"(/speakerEvents: "speakerEvents" must be an array)");
    EXPECT_EQ(told(events({"7", "{}"})), R"(/speakerEvents/0: "speakerEvents[0]" must be an object; )"
                                         R"(/speakerEvents/1/type: "speakerEvents[1].type" is required; )"
                                         R"(/speakerEvents/1/user: "speakerEvents[1].user" is required; )"
                                         R"(/speakerEvents/1/offset: "speakerEvents[1].offset" is required)");
    EXPECT_EQ(told(events({event("sang", R"({"role":"agent"})", R"({"seconds":-1,"nanos":"x"})")})),
              R"(/speakerEvents/0/type: "speakerEvents[0].type" must be one of started_speaking, stopped_speaking; )"
              R"(/speakerEvents/0/user: "speakerEvents[0].user" must hold an id, userId or name; )"
              R"(/speakerEvents/0/offset/seconds: "speakerEvents[0].offset.seconds" must be within 0 and 1000000000; )"
              R"(/speakerEvents/0/offset/nanos: "speakerEvents[0].offset.nanos" must be a number)");
    EXPECT_EQ(told(events({event("stopped", R"({"id":"m1"})", R"({"seconds":3})")})),
              R"(/speakerEvents/0: "speakerEvents[0]" stops who has not started)");
    EXPECT_EQ(told(events({event("started", R"({"id":"m1"})", R"({"seconds":3})"),
                           event("stopped", R"({"id":"m1"})", R"({"seconds":2.9})")})),
              R"(/speakerEvents/1: "speakerEvents[1]" stops before its start)");
}

TEST(ListQueryTest, reads_every_parameter) {
    EXPECT_EQ(*read_list_query(""), ListQuery{});
    EXPECT_EQ(*read_list_query("limit=20&offset=40&order=asc&startTime=1970-01-01T00:00:01Z"
                               "&endTime=1970-01-01T01:00:02%2B01:00&verbose=True&sentiment=true"),
              (ListQuery{20, 40, true, base::WallTime(1s), base::WallTime(2s), true}));
    EXPECT_EQ(*read_list_query("order=DESC&startTime=1.5&endTime=1970-01-01T01:00:02+01:00&limit=+7+&verbose=0"),
              (ListQuery{7, 0, false, base::WallTime(1500ms), base::WallTime(2s), false}));
    EXPECT_EQ(*read_list_query("limit=&order=&startTime&verbose="), ListQuery{});
}

TEST(ListQueryTest, tells_what_is_wrong) {
    EXPECT_EQ(
        told(read_list_query("limit=0&offset=-1&order=up&startTime=x&endTime=2026-02-30T00:00:00Z&verbose=maybe")),
        R"(/limit: "limit" must be within 1 and 1000000000; )"
        R"(/offset: "offset" must be within 0 and 1000000000; /order: "order" must be asc or desc; )"
        R"(/startTime: "startTime" must be a time in ISO 8601 or in seconds; )"
        R"(/endTime: "endTime" must be a time in ISO 8601 or in seconds; )"
        R"(/verbose: "verbose" must be a boolean)");
    EXPECT_EQ(told(read_list_query("limit=1.5&offset=x")),
              R"(/limit: "limit" must be a whole number; /offset: "offset" must be a number)");
}

}  // namespace
}  // namespace earshot::proto
