#include "support/net/clients.hpp"
#include "support/net/each_transport.hpp"
#include "support/net/test_server.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace earshot::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kinds = std::vector<std::string>;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view k_trackers = R"([{"name":"Price","vocabulary":["how much does it cost","price"]}])";
constexpr std::string_view k_stop = R"({"type":"stop_request"})";
const Kinds k_started{"message/started_listening", "message/conversation_created", "message/recognition_started"};

boost::json::value parse(const std::string& message) {
    return boost::json::parse(message);
}

std::string id_in(const std::string& message) {
    return std::string(parse(message).at("message").at("data").at("conversationId").as_string());
}

class SessionTest : public EachTransport {
protected:
    WsClient connect(std::string_view id = "x") {
        return WsClient(server_.port(), "/v1/realtime/insights/" + std::string(id));
    }

    /// Connects and starts; returns what the server said to it.
    static std::vector<std::string> start(WsClient& client, std::string_view trackers = {},
                                          std::string_view config = {}) {
        client.send(start_message(trackers, config));
        return client.receive_until("recognition_started");
    }

    TestServer server_;
};

// ---- Start

TEST_P(SessionTest, before_a_start_the_server_says_nothing_and_ignores_audio) {
    WsClient client = connect();

    client.send_binary(std::string(640, '\0'));

    EXPECT_TRUE(client.is_silent());
}

TEST_P(SessionTest, a_start_is_answered_by_three_messages_with_one_id) {
    WsClient client = connect();

    const auto messages = start(client, k_trackers);

    EXPECT_EQ(kinds(messages), k_started);
    EXPECT_EQ(id_in(messages[1]), id_in(messages[2]));
    EXPECT_FALSE(id_in(messages[1]).empty());
}

TEST_P(SessionTest, starts_may_be_loose) {
    for (const char* message :
         {R"({"type":"start_request","speaker":null,"trackers":null})", R"({"type":"start_request"})",
          R"({"type":"start_request","config":{}})",
          R"({"type":"start_request","noConnectionTimeout":true,"config":{"sampleRateHertz":16000,"encoding":"OPUS"}})",
          R"({"type":"start_request","config":{"speechRecognition":{"encoding":"Opus","sampleRateHertz":48000}}})"}) {
        WsClient client = connect(message);
        ASSERT_TRUE(client.is_open());
        client.send(message);
        EXPECT_EQ(kinds(client.receive_until("recognition_started")), k_started) << message;
    }
}

TEST_P(SessionTest, platform_messages_have_an_integer_time_offset) {
    WsClient client = connect();

    for (const std::string& message : start(client)) EXPECT_TRUE(parse(message).at("timeOffset").is_int64()) << message;
}

TEST_P(SessionTest, a_failed_start_is_told_and_closed_with_1000) {
    WsClient client = connect();
    client.send(start_message(R"([{"name":"N","vocabulary":["?!"]}])"));

    const auto messages = client.receive_all();

    EXPECT_EQ(kinds(messages), (Kinds{"message/error"}));
    EXPECT_THAT(messages.at(0), HasSubstr(R"("code":"phrase_without_word")"));
    EXPECT_EQ(client.close_code(), 1000);
}

TEST_P(SessionTest, a_large_list_of_trackers_is_compiled_beside_the_loop) {
    std::string phrases;
    for (int i = 0; i < 5000; ++i) phrases += R"("phrase number )" + std::to_string(i) + R"(",)";
    WsClient large = connect("large");
    large.send(start_message(R"([{"name":"N","vocabulary":[)" + phrases + R"("how much"]}])"));
    large.send(final_chunk("phrase number 4711"));  // waits behind the start

    EXPECT_THAT(large.receive_until("tracker_response").back(), HasSubstr("phrase number 4711"));
    EXPECT_EQ(server_.hooks().counts().compiled, 1);
}

// ---- What goes both ways

TEST_P(SessionTest, application_pings_are_answered_before_and_after_the_start) {
    WsClient client = connect();
    client.send("__PING__");
    EXPECT_EQ(client.receive(), "__PONG__");

    start(client);
    client.send("__PING__");
    EXPECT_EQ(client.receive(), "__PONG__");
}

TEST_P(SessionTest, control_pings_are_answered_with_their_payload) {
    WsClient client = connect();

    client.ping("are you there");

    EXPECT_EQ(client.last_pong(), "are you there");
}

TEST_P(SessionTest, a_fragmented_message_is_one_message) {
    WsClient client = connect();
    start(client, k_trackers);
    const std::string chunk = final_chunk("what is the price");

    client.send_fragments({chunk.substr(0, 10), chunk.substr(10, 1), chunk.substr(11)}, true);

    EXPECT_THAT(client.receive_until("tracker_response").back(), HasSubstr(R"("value":"price")"));
}

TEST_P(SessionTest, fragmented_audio_is_one_message) {
    WsClient client = connect();
    start(client);
    const std::string audio(300, 'a');

    client.send_fragments({audio, audio, audio}, false);

    EXPECT_THAT(client.receive().value(), HasSubstr(R"("code":"no_recognizer")"));
    EXPECT_TRUE(client.is_silent());
}

TEST_P(SessionTest, malformed_json_is_told_and_the_socket_stays_open) {
    WsClient client = connect();
    start(client);
    client.send("{\"type\":");

    const std::string error = client.receive().value();

    EXPECT_EQ(kind(error), "message/error");
    EXPECT_THAT(error, HasSubstr(R"("code":"invalid_json")"));
    client.send("__PING__");
    EXPECT_EQ(client.receive(), "__PONG__");
}

TEST_P(SessionTest, text_that_is_no_utf8_is_closed_with_1007) {
    WsClient client = connect();
    client.send("\xC3\x28");

    client.receive_all();

    EXPECT_EQ(client.close_code(), 1007);
}

// ---- Results

TEST_P(SessionTest, messages_come_before_the_hits_that_refer_to_them) {
    WsClient client = connect();
    start(client, k_trackers);
    client.send(final_chunk("So how much does it cost?"));

    const auto messages = client.receive_until("tracker_response");

    ASSERT_EQ(kinds(messages), (Kinds{"message_response", "tracker_response"}));
    const auto hit = parse(messages[1]);
    EXPECT_TRUE(hit.at("isFinal").as_bool());
    EXPECT_EQ(hit.at("trackers").at(0).at("matches").at(0).at("value"), "how much does it cost");
    EXPECT_EQ(hit.at("trackers").at(0).at("matches").at(0).at("messageRefs").at(0).at("id"),
              parse(messages[0]).at("messages").at(0).at("id"));
}

TEST_P(SessionTest, interim_hits_only_come_to_who_wants_them) {
    const std::string interim = R"({"type":"transcript","text":"the price","isFinal":false})";
    WsClient plain = connect("plain");
    start(plain, k_trackers);
    plain.send(interim);
    EXPECT_TRUE(plain.is_silent());

    WsClient curious = connect("curious");
    start(curious, k_trackers, R"("trackers":{"interimResults":true})");
    curious.send(interim);
    EXPECT_FALSE(parse(curious.receive().value()).at("isFinal").as_bool());
    curious.send(final_chunk("the price"));
    EXPECT_TRUE(parse(curious.receive_until(R"("isFinal":true)").back()).at("isFinal").as_bool());
}

TEST_P(SessionTest, sequence_numbers_rise) {
    WsClient client = connect();
    start(client, k_trackers);
    std::int64_t last = 0;
    for (int i = 0; i < 5; ++i) {
        client.send(final_chunk("the price"));
        for (const std::string& message : client.receive_until("tracker_response")) {
            const std::int64_t number = parse(message).at("sequenceNumber").as_int64();
            EXPECT_GT(number, last);
            last = number;
        }
    }
}

TEST_P(SessionTest, only_the_trackers_of_the_session_are_heard) {
    WsClient first = connect("first");
    WsClient second = connect("second");
    start(first, k_trackers);
    start(second, R"([{"name":"Hello","vocabulary":["hello"]}])");

    second.send(final_chunk("the price"));
    EXPECT_EQ(kind(second.receive().value()), "message_response");

    EXPECT_TRUE(second.is_silent());
    EXPECT_TRUE(first.is_silent());
}

TEST_P(SessionTest, both_paths_of_an_id_lead_to_one_conversation) {
    WsClient first(server_.port(), "/v1/streaming/same");
    WsClient second(server_.port(), "/v1/realtime/insights/same");
    const auto one = start(first, k_trackers);
    const auto other = start(second);

    EXPECT_EQ(id_in(one[1]), id_in(other[1]));
    second.send(final_chunk("the price"));
    EXPECT_EQ(first.receive_until("tracker_response").back(), second.receive_until("tracker_response").back());
}

// ---- Stop and close

TEST_P(SessionTest, a_stop_is_answered_by_what_is_due_and_a_close_with_1000) {
    WsClient client = connect();
    start(client, k_trackers);
    client.send(R"({"type":"transcript","text":"the price","isFinal":false})");
    client.send(k_stop);

    const auto messages = client.receive_all();

    EXPECT_EQ(kinds(messages), (Kinds{"message_response", "tracker_response", "message/conversation_completed",
                                      "message/recognition_stopped"}));
    EXPECT_EQ(client.close_code(), 1000);
}

TEST_P(SessionTest, pythons_stop_is_understood) {
    WsClient client = connect();
    start(client);
    client.send("{'type': 'stop_request'}");

    EXPECT_EQ(kinds(client.receive_all()), (Kinds{"message/conversation_completed", "message/recognition_stopped"}));
    EXPECT_EQ(client.close_code(), 1000);
}

TEST_P(SessionTest, after_the_clients_close_frame_the_server_closes_at_once) {
    WsClient client = connect();
    start(client);

    EXPECT_LT(client.close(1000), milliseconds(100));
    EXPECT_EQ(client.close_code(), 1000);
}

TEST_P(SessionTest, a_close_without_a_code_is_answered_with_1000) {
    TcpClient client(server_.port());
    client.send(
        "GET /v1/streaming/x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    client.read_some();
    client.send(std::string("\x88\x80\0\0\0\0", 6));

    EXPECT_EQ(client.read_all(), "\x88\x02\x03\xE8");
}

TEST_P(SessionTest, a_stop_that_keeps_the_socket_lets_it_start_again) {
    WsClient client = connect();
    const std::string message = start_message(k_trackers, {}, R"("disconnectOnStopRequest":false)");
    client.send(message);
    const auto first = client.receive_until("recognition_started");
    client.send(k_stop);
    EXPECT_EQ(kinds(client.receive_until("recognition_stopped")), (Kinds{"message/recognition_stopped"}));

    client.send(message);
    const auto second = client.receive_until("recognition_started");

    EXPECT_EQ(kinds(second), k_started);
    EXPECT_EQ(id_in(first[1]), id_in(second[1]));
}

TEST_P(SessionTest, a_lost_speaker_may_come_back_to_the_conversation) {
    const std::string message = start_message(k_trackers, {}, R"("speaker":{"userId":"ann"},"noConnectionTimeout":60)");
    std::string id;
    {
        WsClient lost = connect();
        lost.send(message);
        id = id_in(lost.receive_until("conversation_created").back());
        lost.drop();
    }
    server_.hooks().wait_for([](const auto& counts) { return !counts.closed.empty(); });

    WsClient back = connect();
    back.send(message);

    EXPECT_EQ(id_in(back.receive_until("conversation_created").back()), id);
}

TEST_P(SessionTest, after_the_end_the_same_id_begins_another_conversation) {
    WsClient first = connect();
    const auto one = start(first);
    first.send(k_stop);
    first.receive_all();

    WsClient second = connect();
    const auto other = start(second);

    EXPECT_NE(id_in(one[1]), id_in(other[1]));
}

TEST_P(SessionTest, a_client_that_does_not_answer_our_close_is_cut) {
    TcpClient client(server_.port());
    client.send(
        "GET /v1/streaming/x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    client.read_some();
    const std::string failing = start_message(R"([{"name":"N","vocabulary":["?"]}])");
    client.send(std::string("\x81", 1) + static_cast<char>(0x80 | failing.size()) + std::string(4, '\0') + failing);

    const auto waited = client.wait_for_end();

    EXPECT_GE(waited, milliseconds(900));
    EXPECT_LT(waited, seconds(5));
    EXPECT_TRUE(
        server_.hooks().wait_for([](const auto& counts) { return counts.closed.contains(net::SessionEnd::cut); }));
}

TEST_P(SessionTest, counts_what_was_heard) {
    WsClient client = connect();
    start(client, k_trackers);
    client.send(final_chunk("the price"));
    client.receive_until("tracker_response");
    client.send("{}");
    client.close(1000);

    EXPECT_TRUE(server_.hooks().wait_for([](const auto& counts) {
        const net::Traffic& traffic = counts.traffic;
        return traffic.chunks == 1 && traffic.utterances == 1 && traffic.errors == 1 &&
               traffic.confirmed_hits.contains(detect::Tier::exact);
    }));
}

// ---- Limits

TEST_P(SessionTest, a_text_over_its_limit_is_told_and_skipped) {
    WsClient client = connect();
    start(client, k_trackers);
    client.send(final_chunk(std::string(600 * 1024, 'x')));

    EXPECT_THAT(client.receive().value(), HasSubstr(R"("code":"frame_too_large")"));
    client.send(final_chunk("the price"));
    EXPECT_THAT(client.receive_until("tracker_response").back(), HasSubstr("price"));
}

TEST_P(SessionTest, a_frame_of_10_megabytes_is_closed_with_1009_and_not_kept) {
    WsClient client = connect();
    const std::string large(10 * 1024 * 1024, 'x');
    // The server closes in the middle of it, so that writing may fail.
    try {
        client.send(large);
    } catch (const std::runtime_error&) {
    }

    client.receive_all();

    EXPECT_EQ(client.close_code(), 1009);
}

TEST_P(SessionTest, fragments_are_bounded_together) {
    WsClient client = connect();
    const std::string part(3 * 1024 * 1024, 'x');
    try {
        client.send_fragments({part, part}, true);
    } catch (const std::runtime_error&) {
    }

    client.receive_all();

    EXPECT_EQ(client.close_code(), 1009);
}

/// A client that is no WebSocket's, so that a test decides when it reads.
class DeafClient {
public:
    explicit DeafClient(Port port) : client(port, 4096) {
        client.send(upgrade_request("/v1/streaming/x"));
        client.send(text_frame(start_message(R"([{"name":"N","vocabulary":["hello"]}])")));
    }

    TcpClient client;
};

class SlowClientTest : public EachTransport {};

TEST_P(SlowClientTest, a_client_that_never_reads_is_closed) {
    net::ServerOptions options;
    options.socket.slow_client = milliseconds(300);
    TestServer server(options);
    DeafClient deaf(server.port());
    std::string words;
    while (words.size() < 8000) words += "hello ";
    const std::string chunk = text_frame(final_chunk(words));

    // Far more answers than the kernel's buffers take.
    for (int i = 0; i < 200; ++i) deaf.client.send_as_far_as_taken(chunk);

    EXPECT_TRUE(server.hooks().wait_for([](const auto& counts) {
        return counts.closed.contains(net::SessionEnd::cut) && counts.traffic.slow_clients == 1;
    }));
}

TEST_P(SlowClientTest, a_client_that_does_not_read_is_not_read_either_and_loses_nothing) {
    TestServer server;
    DeafClient deaf(server.port());
    constexpr std::size_t k_chunks = 4000;
    std::string stream;
    for (std::size_t i = 0; i < k_chunks; ++i) stream += text_frame(final_chunk("hello " + std::string(4000, 'x')));
    stream += text_frame(R"({"type":"stop_request"})");

    std::string_view rest = stream;
    rest.remove_prefix(deaf.client.send_while_taken(rest, milliseconds(500)));
    EXPECT_FALSE(rest.empty());  // it rests instead of piling up answers, or giving the client up
    std::string answers;
    while (!rest.empty()) {
        answers += deaf.client.read_some();
        rest.remove_prefix(deaf.client.send_while_taken(rest, milliseconds(0)));
    }
    answers += deaf.client.read_all();

    std::size_t hits = 0;
    for (std::size_t at = 0; (at = answers.find("\"tracker_response\"", at)) != std::string::npos; ++at) ++hits;
    EXPECT_EQ(hits, k_chunks);
    EXPECT_NE(answers.find("recognition_stopped"), std::string::npos);
}

// ---- Shutdown

class ShutdownTest : public EachTransport {};

TEST_P(ShutdownTest, sessions_are_told_what_is_due_and_closed_with_1000) {
    TestServer server;
    WsClient client(server.port(), "/v1/streaming/x");
    WsClient idle(server.port(), "/v1/streaming/y");
    client.send(start_message(k_trackers));
    client.receive_until("recognition_started");
    client.send(R"({"type":"transcript","text":"the price","isFinal":false})");
    ASSERT_TRUE(client.is_silent());
    ASSERT_TRUE(idle.is_silent());

    server.server().request_stop();
    const auto nothing = idle.receive_all();
    const auto messages = client.receive_all();

    EXPECT_EQ(kinds(messages), (Kinds{"message_response", "tracker_response", "message/conversation_completed",
                                      "message/recognition_stopped"}));
    EXPECT_EQ(client.close_code(), 1000);
    EXPECT_TRUE(nothing.empty());
    EXPECT_EQ(idle.close_code(), 1000);
    server.server().wait();
    EXPECT_EQ(server.hooks().counts().closed.at(net::SessionEnd::completed), 2);
}

TEST_P(ShutdownTest, who_reads_late_finds_the_close_frame) {
    TestServer server;
    WsClient client(server.port(), "/v1/streaming/x");
    ASSERT_TRUE(client.is_silent());

    server.server().request_stop();
    server.server().wait();  // the client has not answered the close frame, and the server is gone

    EXPECT_TRUE(client.receive_all().empty());
    EXPECT_EQ(client.close_code(), 1000);
}

TEST_P(ShutdownTest, who_comes_while_it_goes_on_is_told_so) {
    TestServer server;
    WsClient running(server.port(), "/v1/streaming/x");
    running.send(start_message());
    running.receive_until("recognition_started");
    TcpClient kept(server.port());
    kept.send("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_EQ(kept.read_response().status, 200);
    TcpClient upgrading(server.port());
    upgrading.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_EQ(upgrading.read_response().status, 200);

    server.server().request_stop();
    kept.send("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n");
    upgrading.send(
        "GET /v1/streaming/x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");

    const HttpResponse readiness = kept.read_response();
    EXPECT_EQ(readiness.status, 503);
    EXPECT_EQ(readiness.headers.at("connection"), "close");
    const std::string answer = upgrading.read_all();
    EXPECT_THAT(answer, HasSubstr(R"("code":"draining")"));
    EXPECT_THAT(answer, ::testing::EndsWith("\x88\x02\x03\xE8"));
}

TEST_P(ShutdownTest, connections_are_refused_afterwards) {
    TestServer server;
    server.server().request_stop();
    server.server().wait();

    EXPECT_THROW(TcpClient{server.port()}, std::exception);
}

TEST_P(ShutdownTest, what_does_not_end_in_its_grace_is_cut) {
    net::ServerOptions options;
    options.shutdown_grace = milliseconds(200);
    options.socket.stop_grace = seconds(60);
    TestServer server(options);
    WsClient client(server.port(), "/v1/streaming/x");
    client.send(start_message());
    client.receive_until("recognition_started");

    server.server().request_stop();
    server.server().wait();

    EXPECT_EQ(server.hooks().counts().closed.at(net::SessionEnd::cut), 1);
}

// Nothing is spoken there, so once is enough.
TEST(ServerTest, a_taken_port_is_an_error) {
    TestServer first;
    net::ServerOptions options;
    options.port = first.port().number();
    net::ComputePool pool(1, 1);
    RecordingHooks hooks;
    net::Server second(options, hooks, pool, nullptr);

    const auto port = second.start();

    ASSERT_FALSE(port);
    EXPECT_EQ(port.error().code, base::Errc::io_failed);
}

INSTANTIATE_TEST_SUITE_P(Over, SessionTest, each_transport(), transport_name);
INSTANTIATE_TEST_SUITE_P(Over, SlowClientTest, each_transport(), transport_name);
INSTANTIATE_TEST_SUITE_P(Over, ShutdownTest, each_transport(), transport_name);

}  // namespace
}  // namespace earshot::testing
