#include "conversation_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

namespace earshot::session {
namespace {

using detect::ConversationChange;
using detect::Keeping;
using testing::HasSubstr;
using testing::IsEmpty;

class ChronicleTest : public ConversationFixture {
protected:
    static std::string start_with(std::string_view config) {
        return R"({"type":"start_request","speaker":{"userId":"ann","name":"Ann","role":"agent"},"config":{)" +
               std::string(config) +
               R"(},"trackers":[{"id":"7","name":"Pricing","vocabulary":["what does it cost"]}]})";
    }

    /// The text, or number, at a JSON pointer.
    std::string at(const std::string& frame, const std::string& pointer) {
        const simdjson::dom::element element = parser_.parse(frame).at_pointer(pointer);
        return element.is_string() ? std::string(element.get_string().value()) : simdjson::to_string(element);
    }

    /// All that was kept, as one.
    ConversationChange all() {
        ConversationChange all;
        for (const ConversationChange& change : world().kept()) {
            all.conversation = change.conversation;
            if (change.begin) all.begin = change.begin;
            all.members.insert(all.members.end(), change.members.begin(), change.members.end());
            all.messages.insert(all.messages.end(), change.messages.begin(), change.messages.end());
            all.hits.insert(all.hits.end(), change.hits.begin(), change.hits.end());
            if (change.ended) all.ended = change.ended;
        }
        return all;
    }

private:
    simdjson::dom::parser parser_;
};

TEST_F(ChronicleTest, what_is_told_is_kept) {
    const std::size_t socket = world().connect();
    const auto started = say(socket, start_with(R"("meetingTitle":"A call")"));
    const std::string id = at(started[1], "/message/data/conversationId");
    const auto told = say(socket, R"({"type":"transcript","text":"So. What does it cost?","startTime":1,"endTime":3})");
    say(socket, R"({"type":"stop_request"})");

    const ConversationChange kept = all();
    EXPECT_EQ(kept.conversation, id);
    ASSERT_TRUE(kept.begin);
    EXPECT_EQ(kept.begin->name, "A call");
    EXPECT_EQ(kept.begin->keeping, Keeping::full);
    ASSERT_EQ(kept.members.size(), 1U);
    EXPECT_EQ(kept.members[0].name, "Ann");
    EXPECT_EQ(kept.members[0].user_id, "ann");
    EXPECT_EQ(kept.members[0].role, "agent");

    ASSERT_EQ(kept.messages.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) {
        const std::string message = "/messages/" + std::to_string(i);
        EXPECT_EQ(kept.messages[i].id, at(told[0], message + "/id"));
        EXPECT_EQ(kept.messages[i].text, at(told[0], message + "/payload/content"));
        EXPECT_EQ(kept.messages[i].member, kept.members[0].id);
        ASSERT_TRUE(kept.messages[i].time);
        EXPECT_EQ(proto::to_iso8601(kept.messages[i].time->start), at(told[0], message + "/duration/startTime"));
    }
    ASSERT_EQ(kept.hits.size(), 1U);
    const detect::HitRecord& hit = kept.hits[0];
    const std::string reference = "/trackers/0/matches/0/messageRefs/0";
    EXPECT_EQ(hit.id, at(told[1], reference + "/hitId"));
    EXPECT_EQ(hit.tracker, at(told[1], "/trackers/0/id"));
    EXPECT_EQ(hit.tracker_name, "Pricing");
    EXPECT_EQ(hit.value, "what does it cost");
    EXPECT_EQ(hit.member, kept.members[0].id);
    ASSERT_EQ(hit.parts.size(), 1U);
    EXPECT_EQ(hit.parts[0].message, at(told[1], reference + "/id"));
    EXPECT_EQ(std::to_string(hit.parts[0].begin), at(told[1], reference + "/span/start"));
    EXPECT_EQ(std::to_string(hit.parts[0].end), at(told[1], reference + "/span/end"));
    EXPECT_EQ(kept.ended, world().now().wall);
}

TEST_F(ChronicleTest, what_is_taken_back_is_not_kept) {
    const std::size_t socket = world().connect();
    say(socket, start_with(""));
    say(socket, R"({"type":"transcript","text":"what does it cost","isFinal":false})");
    say(socket, R"({"type":"transcript","text":"what does it do","isFinal":true})");
    EXPECT_THAT(all().hits, IsEmpty());
    EXPECT_EQ(all().messages.size(), 1U);
}

TEST_F(ChronicleTest, what_the_scorer_confirms_is_kept) {
    options_.scorer.semantic = proto::TierStatus::ready;
    const std::size_t socket = world().connect();
    say(socket, start_with(""));
    say(socket, R"({"type":"transcript","text":"tell me your fees"})");
    EXPECT_THAT(all().hits, IsEmpty());
    detect::Verdict verdict;
    verdict.score = 0.9;
    verdict.last_word = 3;
    world().score(world().scores().back().ticket, {verdict});
    ASSERT_EQ(all().hits.size(), 1U);
    EXPECT_EQ(all().hits[0].tier, detect::Tier::semantic);
    EXPECT_EQ(all().hits[0].score, 0.9);
}

TEST_F(ChronicleTest, a_member_is_told_once_and_again_when_more_is_known_of_it) {
    const std::size_t socket = world().connect();
    say(socket, start_with(""));
    say(socket, R"({"type":"transcript","text":"one","speaker":{"userId":"bob"}})");
    say(socket, R"({"type":"transcript","text":"two","speaker":{"userId":"bob"}})");
    EXPECT_EQ(all().members.size(), 1U);
    say(socket, R"({"type":"transcript","text":"three","speaker":{"userId":"bob","name":"Bob"}})");
    ASSERT_EQ(all().members.size(), 2U);
    EXPECT_EQ(all().members[0].id, all().members[1].id);
    EXPECT_EQ(all().members[1].name, "Bob");
}

TEST_F(ChronicleTest, hits_alone_are_kept_without_messages) {
    const std::size_t socket = world().connect();
    EXPECT_THAT(say(socket, start_with(R"("store":"hits")"))[1], HasSubstr(R"("store":"hits")"));
    say(socket, R"({"type":"transcript","text":"what does it cost"})");
    EXPECT_EQ(all().begin->keeping, Keeping::hits);
    EXPECT_THAT(all().messages, IsEmpty());
    EXPECT_EQ(all().hits.size(), 1U);
}

TEST_F(ChronicleTest, nothing_is_kept_where_a_start_or_the_server_says_so) {
    const std::size_t socket = world().connect();
    EXPECT_THAT(say(socket, start_with(R"("store":"none")"))[1], HasSubstr(R"("store":"none")"));
    say(socket, R"({"type":"transcript","text":"what does it cost"})");
    EXPECT_THAT(world().kept(), IsEmpty());
}

TEST_F(ChronicleTest, a_server_that_cannot_keep_says_so_whatever_a_start_wants) {
    options_.conversation.can_keep = false;
    const std::size_t socket = world().connect();
    EXPECT_THAT(say(socket, start_with(R"("store":"full")"))[1], HasSubstr(R"("store":"none")"));
    say(socket, R"({"type":"transcript","text":"what does it cost"})");
    EXPECT_THAT(world().kept(), IsEmpty());
}

TEST_F(ChronicleTest, the_first_start_decides_what_is_kept) {
    const std::size_t first = world().connect();
    say(first, start_with(R"("store":"hits")"));
    const std::size_t second = world().connect();
    const auto started =
        say(second, R"({"type":"start_request","speaker":{"userId":"bob"},"config":{"store":"full"}})");
    EXPECT_THAT(started[1], HasSubstr(R"("store":"hits")"));
    say(second, R"({"type":"transcript","text":"hello"})");
    EXPECT_THAT(all().messages, IsEmpty());
}

TEST_F(ChronicleTest, a_start_that_fails_begins_nothing) {
    const std::size_t socket = world().connect();
    say(socket, R"({"type":"start_request","config":{"store":"everything"}})");
    EXPECT_THAT(world().kept(), IsEmpty());
}

}  // namespace
}  // namespace earshot::session
