#include "support/net/clients.hpp"
#include "support/net/each_transport.hpp"
#include "support/net/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <malloc.h>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace earshot::testing {
namespace {

using ::testing::HasSubstr;

class HttpDeadlineTest : public EachTransport {};
class HttpIdleTest : public EachTransport {};
class HttpDrainTest : public EachTransport {};

/// Has the server answer requests for tokens with so many bytes.
void answer_tokens_with(TestServer& server, std::size_t bytes) {
    server.hooks().answer_tokens(
        [bytes](const net::TokenRequest&, const net::HttpDone& done) { done({200, std::string(bytes, 'x')}); });
}

constexpr std::string_view k_token_request =
    "POST /oauth2/token:generate HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";

class HttpTest : public EachTransport {
protected:
    HttpResponse get(std::string_view target) { return http(server_.port(), "GET", target); }

    TestServer server_;
};

TEST_P(HttpTest, tells_that_it_is_alive_and_ready) {
    EXPECT_EQ(get("/healthz").status, 200);
    EXPECT_EQ(get("/readyz").status, 200);
    EXPECT_EQ(get("/healthz").headers.at("content-type"), "application/json");
}

TEST_P(HttpTest, gives_metrics_as_text) {
    const HttpResponse response = get("/metrics");

    EXPECT_EQ(response.body, "earshot_test 1\n");
    EXPECT_THAT(response.headers.at("content-type"), HasSubstr("text/plain"));
}

TEST_P(HttpTest, takes_token_requests_with_either_colon) {
    for (const char* path : {"/oauth2/token:generate", "/oauth2/token%3Agenerate", "//oauth2/token%3agenerate"}) {
        const HttpResponse response =
            http(server_.port(), "POST", path, {{"Content-Type", "application/json"}}, R"({"appId":"a"})");
        EXPECT_EQ(response.status, 200) << path;
        EXPECT_THAT(response.body, HasSubstr(R"("asked":13)")) << path;
    }
}

TEST_P(HttpTest, an_unknown_path_is_404) {
    const HttpResponse response = get("/v2/anything");

    EXPECT_EQ(response.status, 404);
    EXPECT_THAT(response.body, HasSubstr(R"({"message":")"));
}

TEST_P(HttpTest, another_method_is_405_and_told_which_are_allowed) {
    const HttpResponse health = http(server_.port(), "DELETE", "/healthz");
    const HttpResponse token = http(server_.port(), "GET", "/oauth2/token:generate");

    EXPECT_EQ(health.status, 405);
    EXPECT_EQ(health.headers.at("allow"), "GET, HEAD, OPTIONS");
    EXPECT_THAT(health.body, HasSubstr(R"({"message":")"));
    EXPECT_EQ(token.status, 405);
    EXPECT_EQ(token.headers.at("allow"), "POST, OPTIONS");
}

TEST_P(HttpTest, a_path_for_sockets_asks_for_the_upgrade) {
    const HttpResponse response = get("/v1/streaming/x");

    EXPECT_EQ(response.status, 426);
    EXPECT_EQ(response.headers.at("upgrade"), "websocket");
    EXPECT_THAT(response.body, HasSubstr(R"({"message":")"));
}

TEST_P(HttpTest, head_is_get_without_a_body) {
    TcpClient client(server_.port());
    client.send("HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");

    const HttpResponse head = client.read_response(true);
    const HttpResponse get_response = client.read_response();

    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.headers.at("content-length"), get_response.headers.at("content-length"));
    EXPECT_EQ(get_response.body, R"({"status":"ok"})");
}

TEST_P(HttpTest, browsers_may_call_every_route) {
    for (const char* path : {"/oauth2/token:generate", "/v1/streaming/x", "/metrics"}) {
        const HttpResponse response =
            http(server_.port(), "OPTIONS", path,
                 {{"Origin", "https://example.com"}, {"Access-Control-Request-Method", "POST"}});
        EXPECT_EQ(response.status, 204) << path;
        EXPECT_EQ(response.headers.at("access-control-allow-origin"), "*");
        for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
            EXPECT_THAT(response.headers.at("access-control-allow-methods"), HasSubstr(method));
        }
        for (const char* header : {"authorization", "content-type", "x-api-key"}) {
            EXPECT_THAT(response.headers.at("access-control-allow-headers"), HasSubstr(header));
        }
    }
    EXPECT_EQ(get("/healthz").headers.at("access-control-allow-origin"), "*");
}

TEST_P(HttpTest, a_connection_serves_one_request_after_the_other) {
    TcpClient client(server_.port());
    for (int i = 0; i < 3; ++i) {
        client.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_EQ(client.read_response().status, 200);
    }
}

TEST_P(HttpTest, pipelined_requests_are_answered_in_their_order) {
    TcpClient client(server_.port());
    client.send(
        "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        "POST /oauth2/token:generate HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
        "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"
        "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    EXPECT_EQ(client.read_response().body, R"({"status":"ok"})");
    EXPECT_THAT(client.read_response().body, HasSubstr("accessToken"));
    EXPECT_EQ(client.read_response().status, 404);
    const HttpResponse last = client.read_response();
    EXPECT_EQ(last.body, "earshot_test 1\n");
    EXPECT_EQ(last.headers.at("connection"), "close");
    EXPECT_EQ(client.read_all(), "");
}

TEST_P(HttpTest, http_1_0_is_answered_and_closed) {
    TcpClient client(server_.port());
    client.send("GET /healthz HTTP/1.0\r\n\r\n");

    EXPECT_EQ(client.read_response().status, 200);
    EXPECT_EQ(client.read_all(), "");
}

TEST_P(HttpTest, chunked_bodies_are_read) {
    TcpClient client(server_.port());
    client.send(
        "POST /oauth2/token:generate HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");

    EXPECT_THAT(client.read_response().body, HasSubstr(R"("asked":5)"));
}

TEST_P(HttpTest, a_client_that_asks_before_its_body_is_told_to_go_on) {
    TcpClient client(server_.port());
    client.send("POST /oauth2/token:generate HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_THAT(client.read_some(), HasSubstr("100 Continue"));

    client.send("body");

    EXPECT_EQ(client.read_response().status, 200);
}

TEST_P(HttpTest, a_body_up_to_the_limit_is_taken) {
    const std::string body(1024 * 1024, 'x');

    EXPECT_EQ(http(server_.port(), "POST", "/oauth2/token:generate", {}, body).status, 200);
}

TEST_P(HttpTest, a_body_over_the_limit_is_413_with_and_without_a_length) {
    const std::string body(1024 * 1024 + 1, 'x');
    EXPECT_EQ(http(server_.port(), "POST", "/oauth2/token:generate", {}, body).status, 413);

    TcpClient client(server_.port());
    client.send("POST /oauth2/token:generate HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n");
    client.send(body);
    const HttpResponse response = client.read_response();
    EXPECT_EQ(response.status, 413);
    EXPECT_THAT(response.body, HasSubstr(R"({"message":")"));
}

// Nobody sends the body here, so whoever waited for it would wait in vain.
TEST_P(HttpTest, what_the_header_decides_is_answered_before_the_body) {
    const std::pair<std::string, unsigned> requests[] = {
        {"POST /oauth2/token:generate HTTP/1.1\r\nContent-Length: 1048577\r\n", 413},
        {"POST /oauth2/token:generate HTTP/1.1\r\nContent-Length: 1048577\r\nExpect: 100-continue\r\n", 413},
        {"POST /nowhere HTTP/1.1\r\nContent-Length: 9\r\nExpect: 100-continue\r\n", 404},
        {"PUT /oauth2/token:generate HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", 405},
        {"GET /v1/streaming/x HTTP/1.1\r\nContent-Length: 9\r\n", 426},
    };
    for (const auto& [header, status] : requests) {
        TcpClient client(server_.port());
        client.send(header + "Host: x\r\n\r\n");

        const HttpResponse response = client.read_response();

        EXPECT_EQ(response.status, status) << header;
        EXPECT_THAT(response.headers.at("connection"), HasSubstr("close")) << header;
        EXPECT_THAT(response.body, HasSubstr(R"({"message":")")) << header;
        EXPECT_EQ(client.read_all(), "") << header;
    }
}

TEST_P(HttpTest, who_has_no_valid_token_is_refused_before_the_body) {
    TestServer server({}, "good");
    for (const char* more : {"", "Authorization: Bearer bad\r\n", "Expect: 100-continue\r\n"}) {
        TcpClient client(server.port());
        client.send(std::string("POST /v1/manage/trackers HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n") + more +
                    "\r\n");

        const HttpResponse response = client.read_response();

        EXPECT_EQ(response.status, 401) << more;
        EXPECT_EQ(response.headers.at("www-authenticate"), "Bearer");
        EXPECT_EQ(response.body, R"({"message":"Token validation failed for provided token."})");
        EXPECT_EQ(client.read_all(), "");
    }
    EXPECT_EQ(server.hooks().counts().refused.at(base::Errc::unauthorized), 3);
}

TEST_P(HttpTest, a_refused_body_is_read_away_so_that_the_answer_arrives) {
    TcpClient client(server_.port());
    client.send_as_far_as_taken("POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n" +
                                std::string(9'000'000, 'x'));

    EXPECT_EQ(client.read_response().status, 404);
    EXPECT_EQ(client.read_all(), "");
}

TEST_P(HttpTest, a_request_may_come_byte_by_byte) {
    TcpClient client(server_.port());
    for (const char byte :
         std::string("POST /oauth2/token:generate HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")) {
        client.send(std::string_view(&byte, 1));
    }

    EXPECT_THAT(client.read_response().body, HasSubstr(R"("asked":3)"));
}

TEST_P(HttpTest, http_1_0_may_keep_its_connection) {
    TcpClient client(server_.port());
    for (int i = 0; i < 2; ++i) {
        client.send("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        const HttpResponse response = client.read_response();
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(response.headers.at("connection"), "keep-alive");
    }
}

TEST_P(HttpTest, nothing_is_to_be_kept_by_caches) {
    EXPECT_EQ(get("/readyz").headers.at("cache-control"), "no-store");
    EXPECT_EQ(get("/nowhere").headers.at("cache-control"), "no-store");
}

TEST_P(HttpTest, an_unknown_path_has_no_options) {
    EXPECT_EQ(http(server_.port(), "OPTIONS", "/nowhere").status, 404);
}

TEST_P(HttpTest, headers_over_the_limit_are_431) {
    TcpClient client(server_.port());
    client.send_as_far_as_taken("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(300 * 1024, 'x') +
                                "\r\n\r\n");

    EXPECT_EQ(client.read_response().status, 431);
}

TEST_P(HttpTest, a_long_query_is_taken) {
    EXPECT_EQ(get("/healthz?trackers=" + std::string(100 * 1024, 'x')).status, 200);
}

TEST_P(HttpTest, what_is_no_http_is_400) {
    TcpClient client(server_.port());
    client.send("hello there\r\n\r\n");

    EXPECT_EQ(client.read_response().status, 400);
    EXPECT_EQ(client.read_all(), "");
}

TEST_P(HttpTest, noise_is_400_or_the_end) {
    std::minstd_rand random(7);
    for (int round = 0; round < 50; ++round) {
        std::string noise(1 + random() % 300, '\0');
        for (char& byte : noise) byte = static_cast<char>(random());
        TcpClient client(server_.port());
        client.send_as_far_as_taken(noise + "\r\n\r\n");
        const std::string answer = client.read_all();
        EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 400 ")) << "round " << round << ": " << answer;
    }
    EXPECT_EQ(get("/healthz").status, 200);
}

TEST_P(HttpTest, counts_requests_by_route_and_status) {
    get("/healthz");
    get("/nowhere");

    const auto counts = server_.hooks().counts();
    EXPECT_EQ((counts.requests.at({"healthz", 200})), 1);
    EXPECT_EQ((counts.requests.at({"none", 404})), 1);
}

TEST_P(HttpDeadlineTest, a_header_that_does_not_come_in_time_is_408) {
    net::ServerOptions options;
    options.http.handshake = std::chrono::milliseconds(200);
    TestServer server(options);
    TcpClient first(server.port());
    first.send("GET /healthz HTTP/1.1\r\nHost: x");
    EXPECT_EQ(first.read_response().status, 408);
    EXPECT_EQ(first.read_all(), "");

    TcpClient second(server.port());
    second.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /hea");
    EXPECT_EQ(second.read_response().status, 200);
    const HttpResponse response = second.read_response();
    EXPECT_EQ(response.status, 408);
    EXPECT_EQ(response.headers.at("connection"), "close");
}

TEST_P(HttpDeadlineTest, a_body_that_does_not_come_in_time_is_408) {
    net::ServerOptions options;
    options.http.transfer = std::chrono::milliseconds(200);
    TestServer server(options);
    for (const char* length : {"Content-Length: 9", "Transfer-Encoding: chunked"}) {
        TcpClient client(server.port());
        client.send(std::string("POST /oauth2/token:generate HTTP/1.1\r\nHost: x\r\n") + length + "\r\n\r\n5\r\n");
        EXPECT_EQ(client.read_response().status, 408) << length;
        EXPECT_EQ(client.read_all(), "");
    }
    EXPECT_EQ((server.hooks().counts().requests.at({"token", 408})), 2);
}

TEST_P(HttpDeadlineTest, a_401_is_held_back) {
    net::ServerOptions options;
    options.http.refusal_delay = std::chrono::milliseconds(300);
    options.http.handshake = std::chrono::seconds(60);
    TestServer server(options, "good");
    const auto begin = std::chrono::steady_clock::now();

    const WsClient refused(server.port(), "/v1/streaming/x");

    EXPECT_EQ(refused.response().status, 401);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, options.http.refusal_delay);
}

TEST_P(HttpIdleTest, an_idle_connection_is_closed) {
    net::ServerOptions options;
    options.http.keep_alive = std::chrono::milliseconds(200);
    TestServer server(options);
    TcpClient client(server.port());
    client.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.read_response().status, 200);

    EXPECT_LT(client.wait_for_end(), std::chrono::seconds(5));
}

std::size_t heap_bytes() {
    const struct mallinfo2 heap = mallinfo2();
    return heap.uordblks + heap.hblkhd;
}

TEST(HttpIdleMemoryTest, a_connection_keeps_nothing_of_what_it_was_asked) {
    constexpr std::size_t k_bytes = 4 * 1024 * 1024;
    constexpr std::size_t k_clients = 8;
    TestServer server;
    answer_tokens_with(server, k_bytes);
    std::vector<TcpClient> clients;
    for (std::size_t i = 0; i < k_clients; ++i) clients.emplace_back(server.port());
    ASSERT_EQ(http(server.port(), "GET", "/healthz").status, 200);
    const std::size_t before = heap_bytes();

    for (TcpClient& client : clients) {
        client.send(k_token_request);
        ASSERT_EQ(client.read_response().body.size(), k_bytes);
    }
    // The one thread deals with this when it is done with those.
    ASSERT_EQ(http(server.port(), "GET", "/healthz").status, 200);

    EXPECT_LT(heap_bytes(), before + k_clients * k_bytes / 2);
}

TEST(HttpIdleMemoryTest, a_connection_goes_on_after_all_that) {
    TestServer server;
    answer_tokens_with(server, 1000);
    TcpClient client(server.port());
    for (int i = 0; i < 3; ++i) {
        client.send(std::string(k_token_request) + "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_EQ(client.read_response().body.size(), 1000U);
        EXPECT_EQ(client.read_response().status, 200);
    }
}

// While it is told its answer it is not idle, and afterwards nobody would tell it again that the server stops.
TEST_P(HttpDrainTest, who_reads_a_long_answer_meanwhile_holds_nobody_up) {
    net::ServerOptions options;
    options.shutdown_grace = std::chrono::hours(1);
    options.http.keep_alive = std::chrono::hours(1);
    TestServer server(options);
    answer_tokens_with(server, 32 * 1024 * 1024);  // more than the kernel takes
    std::optional<TcpClient> client(std::in_place, server.port());
    client->send(k_token_request);
    ASSERT_TRUE(server.hooks().wait_for([](const auto& counts) { return counts.requests.contains({"token", 200}); }));

    server.server().request_stop();
    EXPECT_EQ(client->read_response().status, 200);
    auto stopped = std::async(std::launch::async, [&] { server.server().wait(); });

    EXPECT_EQ(stopped.wait_for(k_patience), std::future_status::ready);
    client.reset();
}

INSTANTIATE_TEST_SUITE_P(Over, HttpTest, each_transport(), transport_name);
INSTANTIATE_TEST_SUITE_P(Over, HttpDeadlineTest, each_transport(), transport_name);
INSTANTIATE_TEST_SUITE_P(Over, HttpIdleTest, each_transport(), transport_name);
INSTANTIATE_TEST_SUITE_P(Over, HttpDrainTest, each_transport(), transport_name);

}  // namespace
}  // namespace earshot::testing
