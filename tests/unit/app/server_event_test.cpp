#include "earshot/app/server_event.hpp"

#include "earshot/proto/server_codec.hpp"

#include <gtest/gtest.h>

namespace earshot::app {
namespace {

using detect::HitState;

TEST(ServerEventTest, reads_platform_messages) {
    EXPECT_EQ(*parse_server_event(proto::conversation_created("1234", detect::Keeping::full, 5)),
              ServerEvent(PlatformEvent{"conversation_created", "1234", "", ""}));
    EXPECT_EQ(*parse_server_event(proto::recognition_stopped(5)),
              ServerEvent(PlatformEvent{"recognition_stopped", "", "", ""}));
    EXPECT_EQ(*parse_server_event(
                  proto::error_message({base::Errc::missing_member, "\"text\" is required", "/text", {}}, {}, 0)),
              ServerEvent(PlatformEvent{"error", "", "missing_member", "/text: \"text\" is required"}));
}

TEST(ServerEventTest, reads_what_the_server_writes_about_messages) {
    const std::vector<detect::Message> messages{{"m1", "Hello.", {0, 1}, {}}, {"m2", "How are you?", {1, 2}, {}}};
    const proto::Member ann{"id", {"ann@example.com", "Ann", "customer"}};

    EXPECT_EQ(*parse_server_event(proto::message_response(messages, ann, {}, 0, 1)),
              ServerEvent(MessageEvent{ann.speaker, {{"m1", "Hello."}, {"m2", "How are you?"}}}));
}

TEST(ServerEventTest, gathers_the_parts_of_a_hit) {
    const auto ref = [](const std::string& id, const std::string& hit, const std::string& rest) {
        return R"({"id":")" + id + R"(","text":"a b","hitId":")" + hit +
               R"(","tier":"exact","score":1,"span":{"start":1,"end":3})" + rest + "}";
    };
    const auto event = parse_server_event(
        R"({"type":"tracker_response","isFinal":false,"trackers":[{"name":"T","matches":[{"value":"b c","messageRefs":[)" +
        ref("m1", "h1", R"(,"state":"retracted")") + "," + ref("m2", "h1", "") + "," +
        ref("m2", "h2", R"(,"state":"created")") + "]}]}]}");

    ASSERT_TRUE(event);
    const TrackerEvent& trackers = std::get<TrackerEvent>(*event);
    ASSERT_EQ(trackers.hits.size(), 2u);
    EXPECT_EQ(
        trackers.hits[0],
        (HeardHit{"h1", "T", "b c", "exact", 1, HitState::retracted, {}, {{"m1", "a b", 1, 3}, {"m2", "a b", 1, 3}}}));
    EXPECT_EQ(trackers.hits[1].state, HitState::created);
}

TEST(ServerEventTest, without_states_finality_tells) {
    EXPECT_EQ(state_of({}, false), HitState::created);
    EXPECT_EQ(state_of({}, true), HitState::confirmed);
    HeardHit hit;
    hit.state = HitState::retracted;
    EXPECT_EQ(state_of(hit, false), HitState::retracted);
}

TEST(ServerEventTest, what_is_strange_is_read_as_far_as_it_goes) {
    EXPECT_EQ(*parse_server_event(R"({"type":"topic_response"})"), ServerEvent(OtherEvent{"topic_response"}));
    EXPECT_EQ(*parse_server_event("{}"), ServerEvent(OtherEvent{""}));
    EXPECT_EQ(*parse_server_event(R"({"type":"tracker_response","trackers":[1,{"matches":{}}]})"),
              ServerEvent(TrackerEvent{}));
    EXPECT_EQ(parse_server_event("__PONG__").error().code, base::Errc::invalid_json);
    EXPECT_EQ(parse_server_event("[]").error().code, base::Errc::wrong_type);
}

}  // namespace
}  // namespace earshot::app
