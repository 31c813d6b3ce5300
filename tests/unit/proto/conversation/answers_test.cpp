#include "earshot/proto/conversation_codec.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace earshot::proto {
namespace {

using namespace std::chrono_literals;

const base::WallTime k_begin{1'777'863'721'000ms};  // 2026-05-04T03:02:01Z

detect::ConversationRecord call() {
    detect::ConversationRecord conversation;
    conversation.id = "5815170693595136";
    conversation.name = "Call \"7\"";
    conversation.started = k_begin;
    conversation.ended = k_begin + 100s;
    conversation.is_over = true;
    conversation.source = detect::ConversationSource::text;
    conversation.members = {{"m1", "Ann", "ann@example.com", "customer"}, {"m2", "", "bob@example.com", ""}};
    return conversation;
}

detect::WallSpan span(std::chrono::milliseconds start, std::chrono::milliseconds end) {
    return {k_begin + start, k_begin + end};
}

detect::KeptHit hit(std::string id, std::string tracker, std::string value, std::string member,
                    std::vector<detect::HitPartRecord> parts) {
    detect::KeptHit shown;
    shown.hit.id = std::move(id);
    shown.hit.tracker_name = "Name of " + tracker;
    shown.hit.tracker = std::move(tracker);
    shown.hit.value = std::move(value);
    shown.hit.member = std::move(member);
    for (const detect::HitPartRecord& part : parts) shown.texts.push_back("Text of " + part.message);
    shown.hit.parts = std::move(parts);
    return shown;
}

TEST(ConversationAnswerTest, shows_a_conversation) {
    detect::ConversationRecord conversation = call();
    EXPECT_EQ(conversation_answer(conversation),
              R"({"id":"5815170693595136","type":"meeting","name":"Call \"7\"",)"
              R"("startTime":"2026-05-04T03:02:01.000Z","endTime":"2026-05-04T03:03:41.000Z",)"
              R"("members":[{"id":"m1","name":"Ann","email":"ann@example.com","role":"customer"},)"
              R"({"id":"m2","name":"","email":"bob@example.com"}],"source":"text","store":"full","isOver":true})");

    conversation.name.clear();
    conversation.metadata = R"({"a":[1]})";
    conversation.members.clear();
    conversation.source = detect::ConversationSource::stream;
    conversation.keeping = detect::Keeping::hits;
    conversation.is_over = false;
    EXPECT_EQ(conversation_answer(conversation),
              R"({"id":"5815170693595136","type":"meeting","name":"5815170693595136",)"
              R"("startTime":"2026-05-04T03:02:01.000Z","endTime":"2026-05-04T03:03:41.000Z",)"
              R"("members":[],"metadata":{"a":[1]},"source":"stream","store":"hits","isOver":false})");
}

TEST(ConversationAnswerTest, shows_a_list_of_them) {
    EXPECT_EQ(conversations_answer({}), R"({"conversations":[]})");
    const std::vector<detect::ConversationRecord> two{call(), call()};
    const std::string one = conversation_answer(call());
    EXPECT_EQ(conversations_answer(two), R"({"conversations":[)" + one + "," + one + "]}");
}

TEST(MessagesAnswerTest, shows_who_said_what_and_when) {
    detect::MessageRecord first;
    first.id = "a";
    first.member = "m1";
    first.text = "So, how much?";
    first.time = span(12'340ms, 13'900ms);
    first.words = {{"So", 12.34, 12.5, 0.9314}, {"how", detect::TimedWord{}.start, 13, detect::TimedWord{}.confidence}};
    detect::MessageRecord second;
    second.id = "b";
    second.member = "gone";
    const std::vector<detect::MessageRecord> messages{first, second};

    const std::string start = R"({"messages":[{"id":"a","text":"So, how much?",)"
                              R"("from":{"id":"m1","name":"Ann","email":"ann@example.com","role":"customer"},)"
                              R"("startTime":"2026-05-04T03:02:13.340Z","endTime":"2026-05-04T03:02:14.900Z",)"
                              R"("timeOffset":12.34,"duration":1.56,"conversationId":"5815170693595136","phrases":[])";
    const std::string end = R"(},{"id":"b","text":"","from":{"id":"gone","name":"","email":""},)"
                            R"("startTime":"2026-05-04T03:02:01.000Z","endTime":"2026-05-04T03:02:01.000Z",)"
                            R"("timeOffset":0,"duration":0,"conversationId":"5815170693595136","phrases":[]}]})";
    EXPECT_EQ(messages_answer(call(), messages, false), start + end);
    EXPECT_EQ(messages_answer(call(), messages, true),
              start +
                  R"(,"words":[{"word":"So","startTime":"2026-05-04T03:02:13.340Z",)"
                  R"("endTime":"2026-05-04T03:02:13.500Z","timeOffset":12.34,"duration":0.16,"score":0.931},)"
                  R"({"word":"how"}])" +
                  end);
    EXPECT_EQ(messages_answer(call(), {}, true), R"({"messages":[]})");
}

TEST(MembersAnswerTest, shows_members) {
    EXPECT_EQ(members_answer({}), R"({"members":[]})");
    EXPECT_EQ(members_answer(call().members),
              R"({"members":[{"id":"m1","name":"Ann","email":"ann@example.com","role":"customer"},)"
              R"({"id":"m2","name":"","email":"bob@example.com"}]})");
}

TEST(DetectedTrackersAnswerTest, is_a_bare_array) {
    EXPECT_EQ(detected_trackers_answer(call(), {}), "[]");
}

TEST(DetectedTrackersAnswerTest, shows_a_place_as_a_live_response_does) {
    const std::vector<detect::KeptHit> hits{
        hit("h1", "t1", "how much", "m1", {{"a", 4, 12, span(12'600ms, 13'900ms)}})};

    EXPECT_EQ(detected_trackers_answer(call(), hits),
              R"([{"id":"t1","name":"Name of t1","matches":[{"type":"vocabulary","value":"how much","messageRefs":[)"
              R"({"id":"a","text":"Text of a","offset":4,"hitId":"h1","tier":"exact","score":1,)"
              R"("span":{"start":4,"end":12},)"
              R"("speaker":{"id":"m1","name":"Ann","userId":"ann@example.com","role":"customer"},)"
              R"("startTime":"2026-05-04T03:02:13.600Z","endTime":"2026-05-04T03:02:14.900Z",)"
              R"("timeOffset":12.6,"duration":1.3}],"insightRefs":[]}]}])");
}

TEST(DetectedTrackersAnswerTest, has_no_offset_where_a_hit_is_not_literal) {
    detect::KeptHit shown = hit("h1", "t1", "how much", "stranger", {{"a", 4, 12, {}}});
    shown.hit.tier = detect::Tier::semantic;
    shown.hit.score = 0.87654;
    shown.texts.clear();  // no word is kept

    EXPECT_EQ(
        detected_trackers_answer(call(), std::vector{shown}),
        R"([{"id":"t1","name":"Name of t1","matches":[{"type":"vocabulary","value":"how much","messageRefs":[)"
        R"({"id":"a","text":"","offset":-1,"hitId":"h1","tier":"semantic","score":0.877,)"
        R"("span":{"start":4,"end":12},"speaker":{"id":"stranger","name":"","userId":""}}],"insightRefs":[]}]}])");
}

TEST(DetectedTrackersAnswerTest, leaves_out_what_has_no_place) {
    EXPECT_EQ(detected_trackers_answer(call(), std::vector{hit("h1", "t1", "x", "m1", {})}), "[]");
}

TEST(AnalyticsAnswerTest, counts_talk_and_hits) {
    const std::vector<detect::MemberFigures> figures{{"m2", 3, 20, 25.5}};
    detect::KeptHit again = hit("h2", "t1", "what is the price", "m2", {{"b", 0, 3, span(30s, 31s)}, {"c", 0, 3, {}}});
    again.hit.tracker_name = "Renamed";
    const std::vector<detect::KeptHit> hits{hit("h1", "t1", "how much", "m1", {{"b", 4, 12, span(40s, 41'500ms)}}),
                                            again, hit("h3", "t2", "bye", "m2", {{"d", 0, 3, {}}}),
                                            hit("h4", "t3", "x", "m1", {})};

    EXPECT_EQ(analytics_answer(call(), figures, hits),
              R"({"metrics":[{"type":"total_silence","percent":74.5,"seconds":74.5},)"
              R"({"type":"total_talk_time","percent":25.5,"seconds":25.5}],)"
              R"("members":[{"id":"m1","name":"Ann","userId":"ann@example.com",)"
              R"("talkTime":{"percentage":0,"seconds":0},"words":0,"messages":0},)"
              R"({"id":"m2","name":"","userId":"bob@example.com",)"
              R"("talkTime":{"percentage":25.5,"seconds":25.5},"words":20,"messages":3}],)"
              R"("trackers":[{"id":"t1","name":"Renamed","hits":2,"messages":2,"share":0.667,)"
              R"("firstTime":"2026-05-04T03:02:31.000Z","lastTime":"2026-05-04T03:02:42.500Z",)"
              R"("members":[{"id":"m1","hits":1},{"id":"m2","hits":1}]},)"
              R"({"id":"t2","name":"Name of t2","hits":1,"messages":1,"share":0.333,)"
              R"("members":[{"id":"m2","hits":1}]}]})");
}

TEST(AnalyticsAnswerTest, shares_stay_within_the_whole) {
    detect::ConversationRecord conversation = call();
    conversation.members.clear();
    const auto metrics = [&](double first, double second) {
        const std::vector<detect::MemberFigures> figures{{"a", 1, 1, first}, {"b", 1, 1, second}};
        const std::string answer = analytics_answer(conversation, figures, {});
        return answer.substr(0, answer.find(R"(,"members")"));
    };
    EXPECT_EQ(metrics(90, 60), R"({"metrics":[{"type":"total_silence","percent":0,"seconds":0},)"
                               R"({"type":"total_talk_time","percent":100,"seconds":150}])");
    conversation.ended = conversation.started;
    EXPECT_EQ(metrics(0, 0), R"({"metrics":[{"type":"total_silence","percent":0,"seconds":0},)"
                             R"({"type":"total_talk_time","percent":0,"seconds":0}])");
    EXPECT_EQ(analytics_answer(conversation, {}, std::vector{hit("h1", "t1", "x", "m1", {{"a", 0, 1, {}}})}),
              R"({"metrics":[{"type":"total_silence","percent":0,"seconds":0},)"
              R"({"type":"total_talk_time","percent":0,"seconds":0}],"members":[],)"
              R"("trackers":[{"id":"t1","name":"Name of t1","hits":1,"messages":1,"share":0,)"
              R"("members":[{"id":"m1","hits":1}]}]})");
}

TEST(JobAnswerTest, tells_an_error_where_there_is_one) {
    EXPECT_EQ(job_answer("j1", "in_progress", 0.51249, ""), R"({"id":"j1","status":"in_progress","progress":0.512})");
    EXPECT_EQ(job_answer("j1", "failed", 0, "it is \"bad\""),
              R"({"id":"j1","status":"failed","progress":0,"error":"it is \"bad\""})");
}

TEST(EmptyAnswerTest, is_an_empty_list_in_its_envelope) {
    EXPECT_EQ(empty_answer("topics"), R"({"topics":[]})");
    EXPECT_EQ(empty_answer("questions"), R"({"questions":[]})");
    EXPECT_EQ(empty_answer("action-items"), R"({"actionItems":[]})");
    EXPECT_EQ(empty_answer("follow-ups"), R"({"followUps":[]})");
    EXPECT_EQ(empty_answer("entities"), R"({"entities":[]})");
    EXPECT_EQ(empty_answer("messages"), std::nullopt);
    EXPECT_EQ(empty_answer(""), std::nullopt);
}

}  // namespace
}  // namespace earshot::proto
