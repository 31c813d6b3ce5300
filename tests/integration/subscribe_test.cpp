// Subscribers, resumption and changes of trackers over real sockets, also where everybody is on another thread.
#include "support/net/clients.hpp"
#include "support/net/each_transport.hpp"
#include "support/net/test_server.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace earshot::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kinds = std::vector<std::string>;
using Messages = std::vector<std::string>;

constexpr std::string_view k_trackers = R"([{"name":"Price","vocabulary":["how much does it cost","price"]}])";
constexpr std::string_view k_stop = R"({"type":"stop_request"})";
const Kinds k_subscribed{"message/subscription_started", "message/conversation_created"};

std::string id_in(const std::string& message) {
    return std::string(boost::json::parse(message).at("message").at("data").at("conversationId").as_string());
}

std::int64_t sequence_of(const std::string& message) {
    return boost::json::parse(message).at("sequenceNumber").to_number<std::int64_t>();
}

/// With one I/O thread, and with enough of them for everybody to be on another.
class SubscribeTest : public EachTransportAnd<std::size_t> {
protected:
    SubscribeTest() : server_(options()) {}

    static net::ServerOptions options() {
        net::ServerOptions options;
        options.io_threads = std::get<std::size_t>(GetParam());
        return options;
    }

    WsClient connect() { return WsClient(server_.port(), "/v1/streaming/x"); }
    WsClient subscribe(std::string_view query = {}) {
        return WsClient(server_.port(), "/v1/subscribe/x" + std::string(query));
    }

    static Messages start(WsClient& client, std::string_view user, std::string_view trackers = k_trackers,
                          std::string_view more = {}) {
        const std::string speaker = R"("speaker":{"userId":")" + std::string(user) + "\"}";
        client.send(start_message(trackers, {}, speaker + std::string(more)));
        return client.receive_until("recognition_started");
    }

    TestServer server_;
};

// Checklist items 71 to 73.
TEST_P(SubscribeTest, one_that_comes_first_is_told_everything_from_start_to_close) {
    WsClient subscriber = subscribe();
    ASSERT_TRUE(subscriber.is_silent());
    WsClient publisher = connect();
    const Messages started = start(publisher, "ann");
    publisher.send(final_chunk("the price"));
    publisher.send(k_stop);
    const Messages told = publisher.receive_all();

    const Messages heard = subscriber.receive_all();

    EXPECT_EQ(kinds(heard),
              (Kinds{"message/subscription_started", "message/conversation_created", "message/recognition_result",
                     "message_response", "tracker_response", "message/conversation_completed"}));
    EXPECT_EQ(id_in(heard[0]), id_in(started[1]));
    EXPECT_EQ(id_in(heard[1]), id_in(started[1]));
    EXPECT_EQ(heard[3], told[0]);
    EXPECT_EQ(heard[4], told[1]);
    EXPECT_EQ(subscriber.close_code(), 1000);
}

TEST_P(SubscribeTest, one_that_comes_late_hears_from_then_on) {
    WsClient publisher = connect();
    start(publisher, "ann");
    publisher.send(final_chunk("hello"));
    publisher.receive_until("message_response");
    WsClient subscriber = subscribe();
    EXPECT_EQ(kinds(subscriber.receive_until("conversation_created")), k_subscribed);
    publisher.send(final_chunk("goodbye"));

    const Messages heard = subscriber.receive_until("message_response");

    EXPECT_EQ(kinds(heard), (Kinds{"message/recognition_result", "message_response"}));
    EXPECT_THAT(heard.back(), HasSubstr("goodbye"));
}

// Checklist item 58.
TEST_P(SubscribeTest, both_speakers_and_a_subscriber_get_the_same_response_to_anybodys_trackers) {
    WsClient ann = connect();
    WsClient bob = connect();
    start(ann, "ann");
    start(bob, "bob", R"([{"name":"Farewell","vocabulary":["good bye"]}])");
    WsClient subscriber = subscribe();
    subscriber.receive_until("conversation_created");
    ann.send(final_chunk("good bye"));

    const std::string to_ann = ann.receive_until("tracker_response").back();

    EXPECT_THAT(to_ann, HasSubstr(R"("name":"Farewell")"));
    EXPECT_EQ(bob.receive_until("tracker_response").back(), to_ann);
    subscriber.receive_until("message_response");  // what is heard early comes before
    EXPECT_EQ(subscriber.receive_until("tracker_response").back(), to_ann);
}

// Checklist item 39, for subscribers.
TEST_P(SubscribeTest, both_paths_lead_to_the_conversation) {
    WsClient publisher(server_.port(), "/v1/realtime/insights/x");
    const std::string id = id_in(start(publisher, "ann")[1]);

    for (const char* path : {"/v1/subscribe/x", "/session/subscribe/x"}) {
        WsClient subscriber(server_.port(), path);
        EXPECT_EQ(id_in(subscriber.receive_until("conversation_created").back()), id) << path;
    }
}

TEST_P(SubscribeTest, one_that_was_lost_is_told_again_what_it_missed) {
    WsClient publisher = connect();
    start(publisher, "ann");
    std::int64_t last = 0;
    {
        WsClient lost = subscribe();
        lost.receive_until("conversation_created");
        publisher.send(final_chunk("the price"));
        last = sequence_of(lost.receive_until(R"("isFinal":true,"trackers")").back());
        lost.drop();
    }
    publisher.send(final_chunk("again the price"));
    const Messages missed = publisher.receive_until("again the price\",\"offset");

    WsClient back = subscribe("?resumeFrom=" + std::to_string(last));

    Messages should = missed;
    should.erase(should.begin(), should.end() - 2);
    const Messages told = back.receive_until("tracker_response");
    EXPECT_EQ(kinds({told.begin(), told.begin() + 2}), k_subscribed);
    EXPECT_EQ(Messages(told.begin() + 2, told.end()), should);
}

// Checklist item 67, with nothing lost.
TEST_P(SubscribeTest, a_speaker_that_was_lost_goes_on_where_it_was) {
    WsClient other = connect();  // keeps the conversation on its thread
    start(other, "bob");
    Messages before;
    {
        WsClient lost = connect();
        before = start(lost, "ann", k_trackers, R"(,"noConnectionTimeout":60)");
        lost.send(final_chunk("the price"));
        before.push_back(lost.receive_until("tracker_response").back());
        lost.drop();
    }
    ASSERT_TRUE(server_.hooks().wait_for([](const auto& counts) { return !counts.closed.empty(); }));
    other.receive_until("tracker_response");
    other.send(final_chunk("what price"));
    const Messages missed = other.receive_until("tracker_response");
    WsClient back = connect();
    const std::string from = std::to_string(sequence_of(before.back()));

    const Messages started = start(back, "ann", k_trackers, R"(,"noConnectionTimeout":60,"resumeFrom":)" + from);

    EXPECT_EQ(id_in(started[1]), id_in(before[1]));
    EXPECT_EQ(back.receive_until("tracker_response"), missed);
}

TEST_P(SubscribeTest, each_change_is_answered_before_the_completion) {
    WsClient other = connect();
    start(other, "bob");
    WsClient client = connect();
    start(client, "ann");
    std::string large =
        R"({"type":"modify_request","requestId":"large","trackers":{"add":[{"name":"Large","vocabulary":[)";
    for (int i = 0; i < 3000; ++i) large += (i == 0 ? "\"" : ",\"") + std::string("phrase ") + std::to_string(i) + "\"";
    client.send(large + "]}]}}");
    client.send(R"({"type":"modify_request","requestId":"wrong","trackers":{"remove":["nobody"]}})");
    client.send(R"({"type":"modify_request","requestId":"gone","trackers":{"remove":["Price","Large"]}})");
    client.send(k_stop);

    Messages answers = client.receive_all();

    ASSERT_EQ(answers.size(), 5U);
    EXPECT_THAT(answers[3], HasSubstr("conversation_completed"));
    answers.resize(3);
    EXPECT_THAT(answers, ::testing::UnorderedElementsAre(
                             ::testing::AllOf(HasSubstr("session_modified"), HasSubstr(R"("requestId":"large")")),
                             ::testing::AllOf(HasSubstr("unknown_tracker"), HasSubstr(R"("requestId":"wrong")")),
                             ::testing::AllOf(HasSubstr("session_modified"), HasSubstr(R"("requestId":"gone")"))));
    EXPECT_EQ(client.close_code(), 1000);
}

TEST_P(SubscribeTest, waits_on_where_a_start_fails) {
    WsClient subscriber = subscribe();
    ASSERT_TRUE(subscriber.is_silent());
    {
        WsClient failing = connect();
        failing.send(start_message(R"([{"name":"Nothing","vocabulary":["?!"]}])"));
        EXPECT_THAT(kinds(failing.receive_all()), ElementsAre("message/error"));
    }
    WsClient publisher = connect();
    const std::string id = id_in(start(publisher, "ann")[1]);

    const Messages heard = subscriber.receive_until("conversation_created");

    EXPECT_EQ(kinds(heard), k_subscribed);
    EXPECT_EQ(id_in(heard[0]), id);
}

TEST_P(SubscribeTest, many_that_come_and_go_while_they_wait_harm_nobody) {
    WsClient stays = subscribe();
    ASSERT_TRUE(stays.is_silent());
    for (int i = 0; i < 40; ++i) {
        WsClient goes = subscribe();
        if (i % 2 == 0) {
            goes.drop();
        } else {
            EXPECT_LT(goes.close(1000), k_patience);
        }
    }
    WsClient publisher = connect();
    start(publisher, "ann");
    publisher.send(k_stop);

    EXPECT_EQ(kinds(stays.receive_all()), (Kinds{"message/subscription_started", "message/conversation_created",
                                                 "message/conversation_completed"}));
}

TEST_P(SubscribeTest, a_query_that_cannot_be_read_is_refused_before_the_upgrade) {
    EXPECT_EQ(subscribe("?resumeFrom=soon").response().status, 400U);
}

TEST_P(SubscribeTest, pings_are_answered_and_all_else_is_ignored) {
    WsClient subscriber = subscribe();
    subscriber.send(start_message());
    subscriber.send("no JSON");
    subscriber.send_binary("audio");
    subscriber.send("__PING__");

    EXPECT_EQ(subscriber.receive(), "__PONG__");
    EXPECT_TRUE(subscriber.is_silent());
}

TEST_P(SubscribeTest, a_shutdown_ends_those_that_wait_and_those_that_follow) {
    WsClient follows = subscribe();
    WsClient waits(server_.port(), "/v1/subscribe/nobody");
    ASSERT_TRUE(follows.is_silent());
    ASSERT_TRUE(waits.is_silent());
    WsClient publisher = connect();
    start(publisher, "ann");
    follows.receive_until("conversation_created");

    server_.server().request_stop();

    EXPECT_EQ(kinds(follows.receive_all()), (Kinds{"message/conversation_completed"}));
    EXPECT_EQ(follows.close_code(), 1000);
    EXPECT_THAT(waits.receive_all(), IsEmpty());
    EXPECT_EQ(waits.close_code(), 1000);
    server_.server().wait();
}

INSTANTIATE_TEST_SUITE_P(Over, SubscribeTest, each_transport(::testing::Values<std::size_t>(1, 3)), transport_name);

}  // namespace
}  // namespace earshot::testing
