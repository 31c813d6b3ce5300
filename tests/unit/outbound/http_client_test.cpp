#include "earshot/outbound/http_client.hpp"

#include "unit/outbound/awaited_posts.hpp"
#include "unit/outbound/local_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <future>
#include <latch>
#include <list>
#include <semaphore>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace earshot::outbound {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

TEST(HttpClientTest, sends_a_request_and_gives_its_answer) {
    std::promise<std::string> received;
    LocalServer server([&](const ServedConnection& connection) {
        received.set_value(connection.read_request());
        connection.send(answer(201, "it is there"));
    });
    HttpClient client(local_options());
    const std::string body("all \0 bytes \r\n", 14);

    const HttpResult result =
        post(client, {server.url("/a/b?c=d"), {{"webhook-id", "7"}, {"X-Other", "a: b"}}, body, 1h});

    EXPECT_EQ(result.failure, HttpFailure::none);
    EXPECT_EQ(result.status, 201U);
    EXPECT_EQ(result.body, "it is there");
    EXPECT_FALSE(result.is_cut);
    const std::string request = received.get_future().get();
    EXPECT_THAT(request, StartsWith("POST /a/b?c=d HTTP/1.1\r\n"));
    EXPECT_THAT(request, HasSubstr("\r\nwebhook-id: 7\r\nX-Other: a: b\r\n"));
    EXPECT_THAT(request, HasSubstr("\r\nContent-Length: 14\r\n"));
    EXPECT_EQ(request.substr(request.find("\r\n\r\n") + 4), body);
}

TEST(HttpClientTest, gives_every_status_as_an_answer) {
    for (const unsigned status : {200U, 204U, 400U, 410U, 503U}) {
        LocalServer server(always(answer(status)));
        HttpClient client(local_options());

        const HttpResult result = post(client, request_to(server.url()));

        EXPECT_EQ(result.failure, HttpFailure::none);
        EXPECT_EQ(result.status, status);
    }
}

TEST(HttpClientTest, hands_a_redirect_back_and_does_not_follow_it) {
    LocalServer inner(always(answer(200, "secret")));
    for (const unsigned status : {301U, 302U, 303U, 307U, 308U}) {
        LocalServer server(always(answer(status, "", "Location: " + inner.url() + "\r\n")));
        HttpClient client(local_options());

        EXPECT_EQ(post(client, request_to(server.url())).status, status);
        EXPECT_EQ(server.connections(), 1U);
    }
    EXPECT_EQ(inner.connections(), 0U);
}

TEST(HttpClientTest, uses_a_connection_once_though_the_server_keeps_it) {
    LocalServer server(always(answer(200)));
    HttpClient client(local_options());

    for (int i = 0; i < 3; ++i) EXPECT_EQ(post(client, request_to(server.url())).status, 200U);

    EXPECT_EQ(server.connections(), 3U);
}

TEST(HttpClientTest, keeps_no_cookie) {
    std::atomic<bool> was_sent = false;
    LocalServer server([&](const ServedConnection& connection) {
        if (connection.read_request().find("Cookie") != std::string::npos) was_sent = true;
        connection.send(answer(200, "", "Set-Cookie: a=b\r\n"));
    });
    HttpClient client(local_options());

    for (int i = 0; i < 2; ++i) EXPECT_EQ(post(client, request_to(server.url())).status, 200U);

    EXPECT_FALSE(was_sent);
}

TEST(HttpClientTest, uses_no_proxy_of_the_environment) {
    LocalServer proxy(always(answer(502)));
    LocalServer server(always(answer(200)));
    ::setenv("http_proxy", proxy.url().c_str(), 1);
    ::setenv("ALL_PROXY", proxy.url().c_str(), 1);
    {
        HttpClient client(local_options());
        EXPECT_EQ(post(client, request_to(server.url())).status, 200U);
    }
    ::unsetenv("http_proxy");
    ::unsetenv("ALL_PROXY");
    EXPECT_EQ(proxy.connections(), 0U);
}

TEST(HttpClientTest, refuses_an_address_in_whatever_form_and_connects_to_nobody) {
    LocalServer server(always(answer(200)));
    HttpClient client({});
    for (const std::string host : {"127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1",
                                   "0.0.0.0", "[::ffff:127.0.0.1]", "[::1]"}) {
        EXPECT_EQ(failure_of(client, request_to("http://" + host + ':' + server.port())), HttpFailure::refused_address)
            << host;
    }

    HttpClient allowed(local_options());
    EXPECT_EQ(post(allowed, request_to(server.url())).status, 200U);
    EXPECT_EQ(server.connections(), 1U) << "any before would have been accepted before";
}

TEST(HttpClientTest, sends_nothing_malformed) {
    LocalServer server(always(answer(200)));
    HttpClient client(local_options());
    const std::string url = server.url();
    for (const std::string bad : {"", "ftp://127.0.0.1/", "file:///etc/passwd", "127.0.0.1", "http://a:b@127.0.0.1/",
                                  "http://127.0.0.1/a b", "http://127.0.0.1:99999/"}) {
        EXPECT_EQ(failure_of(client, request_to(bad)), HttpFailure::bad_request) << bad;
    }
    using Header = std::pair<std::string, std::string>;
    for (const Header& bad : {Header{"A", "b\r\nC: d"}, Header{"A\r\nB", "c"}, Header{"A", "b\nC: d"}, Header{"", "a"},
                              Header{"A", ""}, Header{"A", std::string("b\0c", 3)}, Header{"A:B", "c"}}) {
        EXPECT_EQ(failure_of(client, {url, {bad}, "", 1h}), HttpFailure::bad_request)
            << bad.first << ": " << bad.second;
    }
    EXPECT_EQ(post(client, request_to(url)).status, 200U);
    EXPECT_EQ(server.connections(), 1U);
}

TEST(HttpClientTest, carries_no_more_than_it_may_at_once) {
    constexpr int k_requests = 20;
    constexpr std::ptrdiff_t k_at_once = 3;
    std::latch arrived(k_at_once);
    std::counting_semaphore<> gate(0);
    std::atomic<int> current = 0;
    std::atomic<int> most = 0;
    std::atomic<int> count = 0;
    LocalServer server([&](const ServedConnection& connection) {
        connection.read_request();
        const int now = ++current;
        for (int known = most; known < now && !most.compare_exchange_weak(known, now);) {
        }
        if (++count <= k_at_once) arrived.count_down();
        gate.acquire();
        --current;
        connection.send(answer(200));
    });
    HttpClientOptions options = local_options();
    options.at_once = k_at_once;
    HttpClient client(options);
    std::list<Posted> posts;
    for (int i = 0; i < k_requests; ++i) posts.emplace_back(client, request_to(server.url()));

    arrived.wait();
    EXPECT_EQ(client.waiting(), static_cast<std::size_t>(k_requests));
    gate.release(k_requests);

    for (Posted& posted : posts) EXPECT_EQ(posted.result().status, 200U);
    EXPECT_EQ(most, k_at_once);
    EXPECT_EQ(client.waiting(), 0U);
}

TEST(HttpClientTest, refuses_at_once_what_the_queue_has_no_room_for) {
    std::latch arrived(1);
    LocalServer server([&](const ServedConnection& connection) {
        connection.read_request();
        arrived.count_down();
        connection.wait_until_closed();
    });
    HttpClientOptions options = local_options();
    options.at_once = 1;
    options.queue = 1;
    HttpClient client(options);
    Posted under_way(client, request_to(server.url()));
    arrived.wait();
    Posted queued(client, request_to(server.url()));

    Posted refused(client, request_to(server.url()));

    ASSERT_TRUE(refused.is_answered());
    EXPECT_EQ(refused.result().failure, HttpFailure::queue_full);
    EXPECT_FALSE(under_way.is_answered());
    EXPECT_FALSE(queued.is_answered());
}

TEST(HttpClientTest, takes_requests_from_any_thread_and_from_answers) {
    LocalServer server(always(answer(200)));
    HttpClient client(local_options());
    constexpr int k_threads = 4;
    constexpr int k_each = 10;
    std::latch all(2 * k_threads * k_each);
    std::atomic<int> succeeded = 0;
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < k_threads; ++thread) {
            threads.emplace_back([&] {
                for (int i = 0; i < k_each; ++i) {
                    client.post(request_to(server.url()), [&](const HttpResult& first) {
                        if (first.status == 200) ++succeeded;
                        all.count_down();
                        client.post(request_to(server.url()), [&](const HttpResult& second) {
                            if (second.status == 200) ++succeeded;
                            all.count_down();
                        });
                    });
                }
            });
        }
    }

    all.wait();

    EXPECT_EQ(succeeded, 2 * k_threads * k_each);
}

TEST(HttpClientTest, ends_everything_once_when_it_is_destroyed) {
    std::latch arrived(2);
    LocalServer server([&](const ServedConnection& connection) {
        connection.read_request();
        arrived.count_down();
        connection.wait_until_closed();
    });
    HttpClientOptions options = local_options();
    options.at_once = 2;
    std::list<Posted> posts;
    HttpResult late;
    {
        HttpClient client(options);
        for (int i = 0; i < 5; ++i) posts.emplace_back(client, request_to(server.url()));
        client.post(request_to(server.url()), [&](const HttpResult&) {
            client.post(request_to(server.url()), [&](HttpResult result) { late = std::move(result); });
        });
        arrived.wait();
    }
    for (Posted& posted : posts) {
        ASSERT_TRUE(posted.is_answered());
        EXPECT_EQ(posted.result().failure, HttpFailure::stopped);
        EXPECT_EQ(posted.calls(), 1);
    }
    EXPECT_EQ(late.failure, HttpFailure::stopped) << "what an answer posts meanwhile";
}

TEST(HttpFailureTest, names_are_all_different) {
    std::set<std::string_view> names;
    for (int value = 0; value <= static_cast<int>(HttpFailure::stopped); ++value) {
        EXPECT_TRUE(names.insert(failure_name(static_cast<HttpFailure>(value))).second) << value;
    }
}

}  // namespace
}  // namespace earshot::outbound
