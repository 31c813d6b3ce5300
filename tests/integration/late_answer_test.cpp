#include "support/net/clients.hpp"
#include "support/net/each_transport.hpp"
#include "support/net/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <future>
#include <optional>
#include <thread>

namespace earshot::testing {
namespace {

using net::HttpAnswer;
using net::HttpDone;
using ::testing::HasSubstr;

const std::string k_ask = "POST /oauth2/token:generate HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
const std::string k_health = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

/// A server whose tokens are answered when the test says so.
class LateAnswerTest : public EachTransport {
protected:
    void serve(net::ServerOptions options = {}) {
        server_.emplace(std::move(options));
        server_->hooks().answer_tokens([this](net::TokenRequest request, HttpDone done) {
            const std::lock_guard lock(mutex_);
            calls_.push_back({std::move(request), std::move(done)});
            called_.notify_all();
        });
    }

    /// The next call that reached the application.
    HttpDone next_call() {
        std::unique_lock lock(mutex_);
        const bool came = called_.wait_for(lock, k_patience, [this] { return !calls_.empty(); });
        if (!came) throw std::runtime_error("no request came");
        last_request_ = std::move(calls_.front().request);
        HttpDone done = std::move(calls_.front().done);
        calls_.pop_front();
        return done;
    }

    struct Call {
        net::TokenRequest request;
        HttpDone done;
    };

    std::mutex mutex_;
    std::condition_variable called_;
    std::deque<Call> calls_;
    net::TokenRequest last_request_;
    std::optional<TestServer> server_;
};

TEST_P(LateAnswerTest, is_timed_from_its_request_and_an_upgrade_is_not) {
    serve();
    WsClient socket(server_->port(), "/v1/streaming/x");
    TcpClient client(server_->port());
    client.send(k_ask);
    const HttpDone done = next_call();
    const auto begin = std::chrono::steady_clock::now();
    const base::Duration waited = [&] {
        const std::lock_guard lock(mutex_);
        return std::chrono::steady_clock::now() - begin;
    }();
    done({});
    client.read_response();

    const auto counts = server_->hooks().counts();
    EXPECT_EQ(counts.requests.size(), 2U);
    ASSERT_EQ(counts.request_times.size(), 1U);
    EXPECT_GT(waited, base::Duration::zero());
    EXPECT_GE(counts.request_times.front(), waited);
}

TEST_P(LateAnswerTest, comes_from_any_thread) {
    serve();
    TcpClient client(server_->port());
    client.send(k_ask);

    const HttpDone done = next_call();
    std::thread([&] { done({201, R"({"late":true})"}); }).join();

    const HttpResponse response = client.read_response();
    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(response.body, R"({"late":true})");
    EXPECT_EQ(last_request_.body, "{}");
    EXPECT_EQ(last_request_.client, "127.0.0.1");
}

TEST_P(LateAnswerTest, pipelined_requests_are_answered_in_their_order) {
    serve();
    TcpClient client(server_->port());
    client.send(k_ask + k_health + k_ask + k_health);

    next_call()({200, "first"});
    const HttpDone second = next_call();
    EXPECT_EQ(client.read_response().body, "first");
    EXPECT_EQ(client.read_response().body, R"({"status":"ok"})");
    second({200, "second"});
    EXPECT_EQ(client.read_response().body, "second");
    EXPECT_EQ(client.read_response().body, R"({"status":"ok"})");
}

TEST_P(LateAnswerTest, others_are_served_meanwhile) {
    serve();
    TcpClient client(server_->port());
    client.send(k_ask);
    const HttpDone done = next_call();

    EXPECT_EQ(http(server_->port(), "GET", "/healthz").status, 200);

    done({200, "late"});
    EXPECT_EQ(client.read_response().body, "late");
}

TEST_P(LateAnswerTest, a_second_one_is_ignored) {
    serve();
    TcpClient client(server_->port());
    client.send(k_ask + k_ask);

    const HttpDone first = next_call();
    first({200, "first"});
    first({200, "again"});
    const HttpDone second = next_call();
    first({200, "once more"});
    second({200, "second"});

    EXPECT_EQ(client.read_response().body, "first");
    EXPECT_EQ(client.read_response().body, "second");
}

TEST_P(LateAnswerTest, one_that_never_comes_is_500) {
    serve();
    TcpClient client(server_->port());
    client.send(k_ask + k_health);

    next_call();  // is let go

    EXPECT_EQ(client.read_response().status, 500);
    EXPECT_EQ(client.read_response().status, 200);
}

TEST_P(LateAnswerTest, one_that_takes_too_long_is_503_and_goes_nowhere) {
    net::ServerOptions options;
    options.http.answer = std::chrono::milliseconds(200);
    serve(options);
    TcpClient client(server_->port());
    client.send(k_ask + k_ask);
    const HttpDone done = next_call();

    const HttpResponse response = client.read_response();
    done({200, "late"});

    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.headers.at("connection"), "close");
    EXPECT_EQ(client.read_all(), "");
}

TEST_P(LateAnswerTest, to_a_client_that_is_gone_harms_nobody) {
    serve();
    HttpDone done;
    {
        TcpClient client(server_->port());
        client.send(k_ask);
        done = next_call();
    }
    done({200, std::string(1024 * 1024, 'x')});

    EXPECT_EQ(http(server_->port(), "GET", "/healthz").status, 200);
}

TEST_P(LateAnswerTest, in_the_grace_of_a_shutdown_still_comes) {
    serve();
    TcpClient client(server_->port());
    client.send(k_ask);
    const HttpDone done = next_call();

    server_->server().request_stop();
    done({200, "late"});

    const HttpResponse response = client.read_response();
    EXPECT_EQ(response.body, "late");
    EXPECT_EQ(response.headers.at("connection"), "close");
}

TEST_P(LateAnswerTest, after_the_server_goes_nowhere) {
    net::ServerOptions options;
    options.shutdown_grace = std::chrono::milliseconds(100);
    serve(options);
    TcpClient client(server_->port());
    TcpClient other(server_->port());
    client.send(k_ask);
    other.send(k_ask);
    const HttpDone done = next_call();
    HttpDone let_go = next_call();

    server_.reset();
    done({200, "late"});
    let_go = nullptr;

    EXPECT_EQ(client.read_some(), "");
}

TEST_P(LateAnswerTest, while_the_server_ends_goes_somewhere_or_nowhere) {
    for (int round = 0; round < 20; ++round) {
        net::ServerOptions options;
        options.shutdown_grace = std::chrono::milliseconds(0);
        options.io_threads = 2;
        serve(options);
        std::vector<TcpClient> clients;
        std::vector<HttpDone> calls;
        for (int i = 0; i < 4; ++i) {
            clients.emplace_back(server_->port());
            clients.back().send(k_ask);
            calls.push_back(next_call());
        }
        std::thread answering([&] {
            for (const HttpDone& done : calls) done({200, "late"});
        });
        server_.reset();
        answering.join();
    }
}

TEST_P(LateAnswerTest, says_when_to_come_back) {
    serve();
    TcpClient client(server_->port());
    client.send(k_ask);

    HttpAnswer busy{429, R"({"message":"Later."})"};
    busy.retry_after = std::chrono::seconds(3);
    next_call()(busy);

    const HttpResponse response = client.read_response();
    EXPECT_EQ(response.status, 429);
    EXPECT_EQ(response.headers.at("retry-after"), "3");
    EXPECT_THAT(response.headers.at("access-control-expose-headers"), HasSubstr("Retry-After"));
}

INSTANTIATE_TEST_SUITE_P(Over, LateAnswerTest, each_transport(), transport_name);

}  // namespace
}  // namespace earshot::testing
