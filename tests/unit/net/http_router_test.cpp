#include "net/http_router.hpp"

#include <gtest/gtest.h>

#include <set>

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

TEST(HttpRoutesTest, each_method_stands_once_at_a_path) {
    std::set<std::pair<verb, std::string_view>> seen;
    for (const HttpRoute& route : http_routes()) {
        EXPECT_TRUE(seen.insert({route.method, route.path}).second) << route.path;
        EXPECT_FALSE(route.name.empty());
        EXPECT_EQ(route.handler == nullptr, route.kind != HttpRoute::Kind::http) << route.path;
    }
}

TEST(WriteReplyTest, gives_length_type_and_what_browsers_want) {
    HttpReply reply;
    reply.answer = {200, "{}", "application/json"};

    EXPECT_EQ(write_reply(reply, verb::get, 11, AfterReply::keep_alive),
              "HTTP/1.1 200 OK\r\nServer: earshot\r\nAccess-Control-Allow-Origin: *\r\n"
              "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
}

TEST(WriteReplyTest, tells_the_end_of_the_connection) {
    HttpReply reply;

    EXPECT_NE(write_reply(reply, verb::get, 11, AfterReply::close).find("\r\nConnection: close\r\n"),
              std::string::npos);
    EXPECT_NE(write_reply(reply, verb::get, 10, AfterReply::keep_alive).find("\r\nConnection: keep-alive\r\n"),
              std::string::npos);
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
