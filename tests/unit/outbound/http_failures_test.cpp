#include "earshot/outbound/http_client.hpp"

#include "unit/outbound/awaited_posts.hpp"
#include "unit/outbound/local_server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>

// How requests fail: what a server that does wrong can do to the client.
namespace earshot::outbound {
namespace {

using namespace std::chrono_literals;

class HttpFailuresTest : public testing::Test {
protected:
    HttpResult ask(LocalServer::Handler handler, base::Duration limit = 1h) {
        LocalServer server(std::move(handler));
        HttpClient client(options_);
        return post(client, request_to(server.url(), limit));
    }

    HttpClientOptions options_ = local_options();
};

TEST_F(HttpFailuresTest, an_answer_that_does_not_come_is_given_up) {
    EXPECT_EQ(ask(silent(), 50ms).failure, HttpFailure::timeout);
}

TEST_F(HttpFailuresTest, an_answer_that_does_not_end_is_given_up) {
    const auto begin_only = [](const ServedConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
        connection.wait_until_closed();
    };

    EXPECT_EQ(ask(begin_only, 50ms).failure, HttpFailure::timeout);
}

TEST_F(HttpFailuresTest, a_connection_that_does_not_come_up_is_given_up) {
    // The kernel answers nobody whose place among those that wait to be accepted is taken.
    const BoundSocket full;
    ASSERT_EQ(::listen(full.get(), 0), 0);
    const BoundSocket first;
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ASSERT_EQ(::getsockname(full.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    ASSERT_EQ(::connect(first.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    options_.connect_limit = 50ms;
    HttpClient client(options_);

    EXPECT_EQ(failure_of(client, request_to(full.url())), HttpFailure::timeout);
}

TEST_F(HttpFailuresTest, nobody_listens) {
    const BoundSocket deaf;
    HttpClient client(options_);

    EXPECT_EQ(failure_of(client, request_to(deaf.url())), HttpFailure::cannot_connect);
}

TEST_F(HttpFailuresTest, a_name_leads_nowhere) {
    HttpClient client(options_);
    const std::string longer_than_names_are(64, 'a');  // so that no name server is asked

    EXPECT_EQ(failure_of(client, request_to("http://" + longer_than_names_are + ".invalid/")),
              HttpFailure::cannot_resolve);
}

TEST_F(HttpFailuresTest, the_connection_ends_too_early) {
    for (const std::string text :
         {"", "HTTP/1.1 20", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Len", "HTTP/1.1 102 Wait\r\n\r\n",
          "HTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"}) {
        const auto begin_only = [&](const ServedConnection& connection) {
            connection.read_request();
            connection.send(text);
        };

        EXPECT_EQ(ask(begin_only).failure, HttpFailure::broken_off) << text;
    }
}

TEST_F(HttpFailuresTest, the_server_speaks_another_language) {
    for (const std::string text : {"220 mail.example ESMTP\r\n", "\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n", "{}"}) {
        EXPECT_EQ(ask(always(text), 1h).failure, HttpFailure::broken_off) << text;
    }
}

TEST_F(HttpFailuresTest, a_huge_answer_is_read_up_to_the_bound) {
    options_.body_bytes = 1000;
    std::atomic<bool> was_ended = false;
    const auto endless = [&](const ServedConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 202 OK\r\nContent-Length: 1000000000000\r\n\r\n");
        while (connection.send(std::string(65'536, 'x'))) {
        }
        was_ended = true;
    };

    const HttpResult result = ask(endless);

    EXPECT_EQ(result.failure, HttpFailure::none);
    EXPECT_EQ(result.status, 202U);
    EXPECT_EQ(result.body, std::string(1000, 'x'));
    EXPECT_TRUE(result.is_cut);
    EXPECT_TRUE(was_ended);
}

TEST_F(HttpFailuresTest, an_answer_of_just_the_bound_is_whole) {
    options_.body_bytes = 1000;

    const HttpResult result = ask(always(answer(200, std::string(1000, 'x'))));

    EXPECT_EQ(result.body.size(), 1000U);
    EXPECT_FALSE(result.is_cut);
}

TEST_F(HttpFailuresTest, an_endless_header_is_not_read) {
    const auto endless = [](const ServedConnection& connection) {
        connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\n");
        while (connection.send("X-More: " + std::string(1000, 'x') + "\r\n")) {
        }
    };

    EXPECT_EQ(ask(endless).failure, HttpFailure::broken_off);
}

TEST_F(HttpFailuresTest, endless_answers_before_the_answer_are_not_read) {
    const auto endless = [](const ServedConnection& connection) {
        connection.read_request();
        while (connection.send("HTTP/1.1 102 Wait\r\n\r\n")) {
        }
    };

    EXPECT_EQ(ask(endless).failure, HttpFailure::broken_off);
}

TEST_F(HttpFailuresTest, one_that_fails_does_not_hold_up_others) {
    LocalServer slow(silent());
    LocalServer fast(always(answer(200)));
    HttpClient client(options_);
    Posted waits(client, request_to(slow.url()));

    for (int i = 0; i < 10; ++i) EXPECT_EQ(post(client, request_to(fast.url())).status, 200U);

    EXPECT_FALSE(waits.is_answered());
}

}  // namespace
}  // namespace earshot::outbound
