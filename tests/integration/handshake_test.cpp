#include "support/net/clients.hpp"
#include "support/net/each_transport.hpp"
#include "support/net/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace earshot::testing {
namespace {

class HandshakeTest : public EachTransport {};

constexpr std::string_view k_path = "/v1/streaming/x";

TEST_P(HandshakeTest, the_offered_subprotocol_is_echoed_and_nothing_else) {
    TestServer server({}, "aaa.bbb.c-_");
    WsClient client(server.port(), k_path, {{"Sec-WebSocket-Protocol", "aaa.bbb.c-_"}});

    ASSERT_TRUE(client.is_open());
    EXPECT_EQ(client.response().headers.at("sec-websocket-protocol"), "aaa.bbb.c-_");
    EXPECT_FALSE(client.response().headers.contains("sec-websocket-extensions"));
}

TEST_P(HandshakeTest, without_a_subprotocol_there_is_no_such_header) {
    TestServer server;
    WsClient client(server.port(), k_path);

    ASSERT_TRUE(client.is_open());
    EXPECT_FALSE(client.response().headers.contains("sec-websocket-protocol"));
}

TEST_P(HandshakeTest, of_several_subprotocols_one_is_chosen) {
    TestServer server({}, "token");
    WsClient client(server.port(), k_path, {{"Sec-WebSocket-Protocol", "token, other"}});

    ASSERT_TRUE(client.is_open());
    EXPECT_EQ(client.response().headers.at("sec-websocket-protocol"), "token");
}

TEST_P(HandshakeTest, any_carrier_of_a_valid_token_suffices) {
    TestServer server({}, "good");
    for (const Headers& headers :
         {Headers{{"X-API-KEY", "good"}}, Headers{{"x-api-key", "good"}}, Headers{{"Authorization", "Bearer good"}},
          Headers{{"Sec-WebSocket-Protocol", "good"}},
          Headers{{"Authorization", "Bearer bad"}, {"x-api-key", "good"}}}) {
        EXPECT_TRUE(WsClient(server.port(), k_path, headers).is_open()) << headers.front().first;
    }
    EXPECT_TRUE(WsClient(server.port(), "/v1/realtime/insights/x?source=js_sdk&access_token=good").is_open());
}

TEST_P(HandshakeTest, a_bad_token_is_refused_before_the_upgrade) {
    TestServer server({}, "good");
    for (const Headers& headers : {Headers{}, Headers{{"x-api-key", "bad"}}}) {
        const WsClient client(server.port(), k_path, headers);
        EXPECT_EQ(client.response().status, 401);
        EXPECT_EQ(client.response().body, R"({"message":"Token validation failed for provided token."})");
    }
    EXPECT_EQ(server.hooks().counts().refused.at(base::Errc::unauthorized), 2);
    EXPECT_EQ(server.hooks().counts().opened, 0);
}

TEST_P(HandshakeTest, no_extension_is_negotiated) {
    TestServer server;
    WsClient client(server.port(), k_path, {{"Sec-WebSocket-Extensions", "permessage-deflate"}});

    ASSERT_TRUE(client.is_open());
    EXPECT_FALSE(client.response().headers.contains("sec-websocket-extensions"));
}

TEST_P(HandshakeTest, connection_ids_may_be_any_segment) {
    TestServer server;
    const std::string full(256, 'x');
    for (const std::string& id :
         {std::string("a=b=="), std::string("a%2Fb"), std::string(64, 'x'), full, std::string("%C3%A9%20+")}) {
        EXPECT_TRUE(WsClient(server.port(), "/v1/streaming/" + id).is_open()) << id;
    }
    EXPECT_TRUE(WsClient(server.port(), "//v1/realtime/insights/x").is_open());
    EXPECT_EQ(WsClient(server.port(), "/v1/streaming/" + full + "x").response().status, 400);
    EXPECT_EQ(WsClient(server.port(), "/v1/streaming/%zz").response().status, 400);
    EXPECT_EQ(WsClient(server.port(), "/v1/streaming/").response().status, 404);
    EXPECT_EQ(WsClient(server.port(), "/v1/streaming/a/b").response().status, 404);
}

TEST_P(HandshakeTest, half_a_handshake_is_cut_at_its_deadline) {
    net::ServerOptions options;
    options.http.handshake = std::chrono::milliseconds(300);
    TestServer server(options);
    TcpClient silent(server.port());
    TcpClient half(server.port());
    half.send("GET /v1/streaming/x HTTP/1.1\r\nHost: x\r\nUpgr");

    EXPECT_LT(half.wait_for_end(), std::chrono::seconds(5));
    EXPECT_LT(silent.wait_for_end(), std::chrono::seconds(5));
}

TEST_P(HandshakeTest, an_upgrade_without_a_key_is_no_upgrade) {
    TestServer server;

    const HttpResponse response =
        http(server.port(), "GET", k_path, {{"Connection", "upgrade"}, {"Upgrade", "websocket"}});

    EXPECT_GE(response.status, 400);
    EXPECT_LT(response.status, 500);
    EXPECT_EQ(server.hooks().counts().opened, 0);
}

TEST_P(HandshakeTest, frames_right_behind_the_request_are_read) {
    TestServer server;
    TcpClient client(server.port());
    client.send(upgrade_request("/v1/streaming/x") + text_frame("__PING__"));

    std::string answer;
    while (answer.find("__PONG__") == std::string::npos) {
        const std::string some = client.read_some();
        ASSERT_FALSE(some.empty()) << answer;
        answer += some;
    }
    EXPECT_THAT(answer, ::testing::StartsWith("HTTP/1.1 101 "));
    EXPECT_THAT(answer, ::testing::HasSubstr("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
}

TEST_P(HandshakeTest, one_session_too_many_is_told_so_over_the_socket) {
    net::ServerOptions options;
    options.max_sockets = 2;
    TestServer server(options);
    WsClient first(server.port(), k_path);
    WsClient second(server.port(), k_path);
    WsClient third(server.port(), k_path);

    ASSERT_TRUE(third.is_open());
    const auto messages = third.receive_all();

    ASSERT_EQ(messages.size(), 1);
    EXPECT_EQ(kind(messages[0]), "message/error");
    EXPECT_THAT(messages[0], ::testing::HasSubstr(R"("code":"too_many")"));
    EXPECT_EQ(third.close_code(), 1000);
    EXPECT_TRUE(first.is_silent());
}

TEST_P(HandshakeTest, counts_what_was_opened_and_how_it_ended) {
    TestServer server;
    {
        WsClient client(server.port(), k_path);
        ASSERT_TRUE(client.is_open());
        client.close(1000);
    }

    EXPECT_TRUE(server.hooks().wait_for(
        [](const auto& counts) { return counts.opened == 1 && counts.closed.contains(net::SessionEnd::completed); }));
    EXPECT_EQ((server.hooks().counts().requests.at({"streaming", 101})), 1);
}

INSTANTIATE_TEST_SUITE_P(Over, HandshakeTest, each_transport(), transport_name);

}  // namespace
}  // namespace earshot::testing
