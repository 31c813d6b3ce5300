#include "net/http_router.hpp"

#include "net/shard.hpp"
#include "support/net/test_server.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <variant>

namespace earshot::net {
namespace {

using boost::beast::http::verb;
using Tokens = std::vector<std::string>;

HttpRequest request_with(std::initializer_list<std::pair<std::string_view, std::string_view>> headers) {
    HttpRequest request(verb::get, "/", 11);
    for (const auto& [name, value] : headers) request.insert(name, value);
    return request;
}

TEST(TokensOfTest, every_way_of_carrying_one_is_read) {
    EXPECT_EQ(tokens_of(request_with({{"Authorization", "Bearer a.b"}}), ""), (Tokens{"a.b"}));
    EXPECT_EQ(tokens_of(request_with({{"authorization", "bearer  a"}}), ""), (Tokens{"a"}));
    EXPECT_EQ(tokens_of(request_with({{"X-API-KEY", "k"}}), ""), (Tokens{"k"}));
    EXPECT_EQ(tokens_of(request_with({{"x-api-key", "k"}}), ""), (Tokens{"k"}));
    EXPECT_EQ(tokens_of(request_with({}), "source=js&access_token=q"), (Tokens{"q"}));
    EXPECT_EQ(tokens_of(request_with({{"Sec-WebSocket-Protocol", "p, r"}}), ""), (Tokens{"p", "r"}));
}

TEST(TokensOfTest, all_of_them_together) {
    const auto request = request_with({{"Authorization", "Bearer a"}, {"X-Api-Key", "k"}, {"X-Api-Key", "l"}});

    EXPECT_EQ(tokens_of(request, "access_token=q"), (Tokens{"a", "k", "l", "q"}));
}

TEST(TokensOfTest, what_is_no_token_is_none) {
    EXPECT_EQ(tokens_of(request_with({{"Authorization", "Basic a"}}), "access_token="), Tokens{});
    EXPECT_EQ(tokens_of(request_with({{"Authorization", "Bearer"}}), ""), Tokens{});
}

class SubscribeRouteTest : public ::testing::Test {
protected:
    std::variant<HttpReply, HandlerRequest, SocketRequest> route(const std::string& target) {
        HttpRequest request(verb::get, target, 11);
        request.set(boost::beast::http::field::connection, "Upgrade");
        request.set(boost::beast::http::field::upgrade, "websocket");
        request.set(boost::beast::http::field::sec_websocket_version, "13");
        request.set(boost::beast::http::field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
        return route_request(server_, request, "127.0.0.1");
    }

    std::optional<session::Subscription> subscription(const std::string& target) {
        const auto routed = route(target);
        const auto* socket = std::get_if<SocketRequest>(&routed);
        return socket ? socket->subscription : std::nullopt;
    }

    unsigned status(const std::string& target) {
        const auto routed = route(target);
        const auto* reply = std::get_if<HttpReply>(&routed);
        return reply ? reply->answer.status : 101;
    }

    testing::RecordingHooks hooks_;
    ComputePool pool_{1, 4};
    ServerShared server_{{}, hooks_, pool_, nullptr};
};

TEST_F(SubscribeRouteTest, both_paths_give_a_subscriber) {
    for (const char* path : {"/v1/subscribe/a%2Fb", "/session/subscribe/a%2Fb", "//v1//subscribe/a%2Fb"}) {
        const auto routed = route(path);
        ASSERT_TRUE(std::holds_alternative<SocketRequest>(routed)) << path;
        const auto& socket = std::get<SocketRequest>(routed);
        EXPECT_EQ(socket.connection_id, "a/b");
        EXPECT_EQ(socket.route, "subscribe");
        ASSERT_TRUE(socket.subscription) << path;
        EXPECT_FALSE(socket.subscription->resume_from);
        EXPECT_FALSE(socket.subscription->wishes.revisions);
        EXPECT_TRUE(socket.subscription->wishes.interim_results);
        EXPECT_TRUE(socket.subscription->wishes.transcript);
    }
}

TEST_F(SubscribeRouteTest, publishers_have_no_subscription) {
    const auto routed = route("/v1/streaming/x?resumeFrom=3&revisions=true");

    ASSERT_TRUE(std::holds_alternative<SocketRequest>(routed));
    EXPECT_FALSE(std::get<SocketRequest>(routed).subscription);
}

TEST_F(SubscribeRouteTest, the_query_says_from_where_on) {
    EXPECT_EQ(subscription("/v1/subscribe/x?resumeFrom=0")->resume_from, 0U);
    EXPECT_EQ(subscription("/v1/subscribe/x?access_token=t&resumeFrom=12")->resume_from, 12U);
    EXPECT_EQ(subscription("/v1/subscribe/x?resumeFrom=18446744073709551615")->resume_from, 18446744073709551615U);
    EXPECT_EQ(subscription("/v1/subscribe/x?resumeFrom=")->resume_from, std::nullopt);
}

TEST_F(SubscribeRouteTest, what_is_no_sequence_number_is_refused) {
    for (const char* from : {"-1", "1.5", "x", "1x", "+1", "%201", "18446744073709551616"}) {
        EXPECT_EQ(status(std::string("/v1/subscribe/x?resumeFrom=") + from), 400U) << from;
    }
}

TEST_F(SubscribeRouteTest, revisions_are_asked_for_by_true_alone) {
    EXPECT_TRUE(subscription("/v1/subscribe/x?revisions=true")->wishes.revisions);
    EXPECT_TRUE(subscription("/v1/subscribe/x?revisions=True&resumeFrom=1")->wishes.revisions);
    EXPECT_FALSE(subscription("/v1/subscribe/x?revisions=false")->wishes.revisions);
    EXPECT_FALSE(subscription("/v1/subscribe/x?revisions=")->wishes.revisions);
    EXPECT_FALSE(subscription("/v1/subscribe/x?Revisions=true")->wishes.revisions);
}

TEST_F(SubscribeRouteTest, a_token_that_is_not_valid_is_refused_before_the_query_is_read) {
    hooks_.valid_token = "t";

    EXPECT_EQ(status("/v1/subscribe/x?resumeFrom=x"), 401U);
    EXPECT_EQ(status("/v1/subscribe/x?access_token=t"), 101U);
}

TEST_F(SubscribeRouteTest, a_subscriber_needs_an_id_of_bounded_length) {
    EXPECT_EQ(status("/v1/subscribe/" + std::string(256, 'a')), 101U);
    EXPECT_EQ(status("/v1/subscribe/" + std::string(257, 'a')), 400U);
    EXPECT_EQ(status("/v1/subscribe"), 400U);
    EXPECT_EQ(status("/v1/subscribe?account=true"), 101U);
    EXPECT_EQ(status("/v1/subscribe/x/y"), 404U);
}

TEST(WriteReplyTest, gives_length_type_and_what_browsers_want) {
    HttpReply reply;
    reply.answer = {200, "{}"};

    EXPECT_EQ(write_reply(reply, verb::get, 11, AfterReply::keep_alive),
              "HTTP/1.1 200 OK\r\nServer: earshot\r\nCache-Control: no-store\r\nAccess-Control-Allow-Origin: *\r\n"
              "Access-Control-Expose-Headers: Retry-After, WWW-Authenticate\r\n"
              "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
}

TEST(WriteReplyTest, tells_the_end_of_the_connection) {
    HttpReply reply;

    EXPECT_NE(write_reply(reply, verb::get, 11, AfterReply::close).find("\r\nConnection: close\r\n"),
              std::string::npos);
    EXPECT_NE(write_reply(reply, verb::get, 10, AfterReply::keep_alive).find("\r\nConnection: keep-alive\r\n"),
              std::string::npos);
}

TEST(WriteReplyTest, says_when_to_come_back_and_how_to_be_let_in) {
    HttpReply busy = error_reply("token", 429, "Later.");
    busy.answer.retry_after = std::chrono::seconds(7);
    const HttpReply unknown = error_reply("token", 401, "No.");

    const std::string later = write_reply(busy, verb::post, 11, AfterReply::keep_alive);
    const std::string refused = write_reply(unknown, verb::post, 11, AfterReply::keep_alive);

    EXPECT_NE(later.find("\r\nRetry-After: 7\r\n"), std::string::npos);
    EXPECT_EQ(later.find("WWW-Authenticate:"), std::string::npos);
    EXPECT_NE(refused.find("\r\nWWW-Authenticate: Bearer\r\n"), std::string::npos);
    EXPECT_EQ(refused.find("Retry-After:"), std::string::npos);
}

TEST(WriteReplyTest, has_no_body_for_head) {
    HttpReply reply;
    reply.answer.body = "{}";

    const std::string text = write_reply(reply, verb::head, 11, AfterReply::keep_alive);

    EXPECT_NE(text.find("Content-Length: 2\r\n"), std::string::npos);
    EXPECT_TRUE(text.ends_with("\r\n\r\n"));
}

}  // namespace
}  // namespace earshot::net
