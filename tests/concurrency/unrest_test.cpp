// Everything at once: publishers and subscribers that come, get lost and come back on several threads, trackers that
// change under way, stops and starts. Every client holds what it is told to the contract.
//
// EARSHOT_UNREST_SECONDS sets for how long (default 2), EARSHOT_UNREST_SEED the seed.
#include "support/environment.hpp"
#include "support/net/clients.hpp"
#include "support/net/each_transport.hpp"
#include "support/net/heard_log.hpp"
#include "support/net/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace earshot::testing {
namespace {

using support::from_environment;
using Clock = std::chrono::steady_clock;

constexpr std::size_t k_publishers = 4;
constexpr std::size_t k_subscribers = 3;
// Then all move on to the next conversation: the trackers of those who are gone stay, and there is a limit to them.
constexpr std::uint64_t k_rounds_a_conversation = 30;

net::ServerOptions with_threads(std::size_t threads) {
    net::ServerOptions options;
    options.io_threads = threads;
    options.conversation.replay_bytes = 16 * 1024 * 1024;
    options.socket.outbox_bytes = 64 * 1024 * 1024;  // nobody counts as slow, so that nothing is spared
    options.socket.outbox_frames = 1024 * 1024;
    return options;
}

std::string tracker(const std::string& name) {
    return R"({"id":")" + name + R"(","name":")" + name + R"(","vocabulary":[")" + name + R"(","the price"]})";
}

std::string chunk(const std::string& text, bool is_final, std::int64_t seq) {
    return R"({"type":"transcript","text":")" + text + R"(","isFinal":)" + (is_final ? "true" : "false") +
           R"(,"seq":)" + std::to_string(seq) + "}";
}

/// What all clients of a run share.
struct Unrest {
    Port port;
    std::uint64_t seed = 0;
    Clock::time_point end;
    std::atomic<std::uint64_t> rounds = 0;
    std::atomic<std::size_t> subscribers = k_subscribers;  // that still listen: somebody must go on talking to them
    std::atomic<std::size_t> stops = 0;
    std::atomic<std::size_t> changes = 0;
    std::atomic<std::size_t> deliveries = 0;

    std::mutex mutex;
    std::vector<std::string> problems;

    bool has_failed() {
        const std::lock_guard lock(mutex);
        return !problems.empty();
    }
    void report(const std::string& problem) {
        const std::lock_guard lock(mutex);
        problems.push_back(problem);
    }
    std::uint64_t conversation() const { return rounds / k_rounds_a_conversation; }
    std::string id() const { return std::to_string(seed) + "-" + std::to_string(conversation()); }
};

class Client {
public:
    Client(Unrest& run, std::string name, std::uint64_t seed) : run_(run), name_(std::move(name)), random_(seed) {}

protected:
    [[noreturn]] void fail(const std::string& what) const { throw std::runtime_error(name_ + ": " + what); }
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }
    bool one_in(std::size_t times) { return below(times) == 0; }

    Unrest& run_;
    const std::string name_;

private:
    std::mt19937_64 random_;
};

/// A publisher that plays a part, again and again, each time on a new socket.
class Publisher : public Client {
public:
    using Client::Client;

    void play() {
        while (!run_.has_failed() && (Clock::now() < run_.end || run_.subscribers > 0)) {
            play_once();
            ++run_.rounds;
        }
    }

private:
    void play_once() {
        WsClient client(run_.port, "/v1/streaming/" + run_.id());
        HeardLog log(one_in(2));
        revisions_ = log.follows_revisions();
        sent_changes_.clear();
        const auto resume_from = one_in(3) ? std::optional<std::uint64_t>(0) : std::nullopt;
        if (!send(client, log, start_message_of(resume_from, log))) return;
        if (one_in(8)) {  // gone before it is answered
            if (one_in(2) && !send(client, log, chunk("never heard of", false, ++seq_))) return;
            ++unanswered_starts_;
            client.drop();
            return;
        }
        if (!read_until(client, log, "message/recognition_started")) return;
        for (std::size_t left = below(30); left > 0; --left) {
            if (!act(client, log)) return;
        }
        if (one_in(3)) return client.drop();
        stop(client, log);
    }

    std::string start_message_of(std::optional<std::uint64_t> resume_from, HeardLog& log) {
        log.begin_socket(resume_from);
        keeps_socket_ = one_in(4);
        std::string more =
            R"("speaker":{"userId":")" + name_ + R"("},"noConnectionTimeout":)" + (one_in(2) ? "0" : "1");
        if (resume_from) more += R"(,"resumeFrom":)" + std::to_string(*resume_from);
        if (keeps_socket_) more += R"(,"disconnectOnStopRequest":false,"disconnectOnStopRequestTimeout":1)";
        const std::string wishes = R"("trackers":{"interimResults":true,"revisions":)";
        return start_message("[" + tracker(name_) + "]", wishes + (revisions_ ? "true}" : "false}"), more);
    }

    /// False if the connection is over.
    bool act(WsClient& client, HeardLog& log) {
        switch (below(8)) {
            case 0:
                return send(client, log, next_change());
            case 1:
            case 2:
                while (const auto frame = client.receive_within()) log.take(*frame);
                return !client.is_over() || is_overtaken(client);
            case 3:
            case 4:
            case 5:
                return send(client, log, chunk("well, the price of " + name_, false, ++seq_));
            default:
                return send(client, log, chunk("well, the price of " + name_ + " and a guest", true, ++seq_));
        }
    }

    /// False if the connection is over.
    bool send(WsClient& client, HeardLog& log, const std::string& text) {
        try {
            client.send(text);
            return true;
        } catch (const std::runtime_error&) {  // writing met the end of the connection
            while (const auto frame = client.receive()) log.take(*frame);
            return is_overtaken(client);
        }
    }

    /// Right, or wrong in one part.
    std::string next_change() {
        const bool is_wrong = one_in(3);
        const std::string id = (is_wrong ? "wrong " : "right ") + std::to_string(++changes_);
        const std::string more = R"("replace":[)" + tracker(name_) + "," + tracker("guest") + "]";
        const std::string less = R"("replace":[)" + tracker(name_) + "]";
        const std::string change = is_wrong ? more + R"(,"remove":["nobody"])" : one_in(2) ? more : less;
        sent_changes_.push_back(id);
        return R"({"type":"modify_request","requestId":")" + id + R"(","trackers":{)" + change + "}}";
    }

    void stop(WsClient& client, HeardLog& log) {
        const std::string stop = R"({"type":"stop_request"})";
        if (!send(client, log, stop) || !read_until(client, log, "message/recognition_stopped")) return;
        ++run_.stops;
        hold_to_changes(log);
        if (keeps_socket_ && one_in(2)) {
            if (!send(client, log, start_message_of(log.last_sequence(), log))) return;
            if (!read_until(client, log, "message/recognition_started")) return;
            if (!send(client, log, chunk("the price again", true, ++seq_)) || !send(client, log, stop)) return;
            if (!read_until(client, log, "message/recognition_stopped")) return;
            ++run_.stops;
        }
        client.close(1000);
    }

    /// Each change is answered exactly once. Wrong ones may overtake those that are compiled.
    void hold_to_changes(const HeardLog& log) {
        std::vector<std::string> answered = log.changes();
        std::sort(answered.begin(), answered.end());
        std::sort(sent_changes_.begin(), sent_changes_.end());
        if (answered != sent_changes_) {
            fail(std::to_string(sent_changes_.size()) + " changes, " + std::to_string(answered.size()) + " answers");
        }
        run_.changes += answered.size();
    }

    /// False if the connection is over.
    bool read_until(WsClient& client, HeardLog& log, std::string_view kind) {
        while (const auto frame = client.receive()) {
            if (log.take(*frame) == kind) return true;
        }
        return is_overtaken(client);
    }

    /// A start that was sent before its connection broke may be read after that of a later connection, and then takes
    /// that one's place; each does so once at most.
    bool is_overtaken(const WsClient& client) {
        if (unanswered_starts_ == 0 || client.close_code() != 1000) {
            fail("closed with " + std::to_string(client.close_code()) + " in the middle");
        }
        --unanswered_starts_;
        return false;
    }

    std::int64_t seq_ = 0;
    std::uint64_t changes_ = 0;
    std::vector<std::string> sent_changes_;
    bool revisions_ = false;
    bool keeps_socket_ = false;
    std::size_t unanswered_starts_ = 0;
};

/// A subscriber that listens for a while, again and again.
class Subscriber : public Client {
public:
    using Client::Client;

    void listen() {
        while (!run_.has_failed() && Clock::now() < run_.end) listen_once();
        --run_.subscribers;
    }

private:
    void listen_once() {
        HeardLog log(one_in(2));
        const auto resume_from = one_in(2) ? std::optional<std::uint64_t>(below(20)) : std::nullopt;
        const std::uint64_t conversation = run_.conversation();
        std::string path = "/v1/subscribe/" + run_.id() + "?revisions=" + (log.follows_revisions() ? "true" : "false");
        if (resume_from) path += "&resumeFrom=" + std::to_string(*resume_from);
        log.begin_socket(resume_from);
        WsClient client(run_.port, path);
        for (std::size_t left = below(300); left > 0 && !client.is_over(); --left) {
            const auto frame = client.receive_within(std::chrono::milliseconds(100));
            if (frame) {
                log.take(*frame);
                ++run_.deliveries;
            } else if (run_.conversation() > conversation) {
                break;  // its conversation may have been over when it came
            }
        }
        if (client.is_over()) {
            if (client.close_code() != 1000) fail("closed with " + std::to_string(client.close_code()));
        } else if (one_in(2)) {
            client.close(1000);
        }
    }
};

class UnrestTest : public EachTransport {};

TEST_P(UnrestTest, every_client_is_told_what_is_its_due) {
    TestServer server(with_threads(4));
    Unrest run;
    run.port = server.port();
    run.seed = from_environment("EARSHOT_UNREST_SEED", 1);
    run.end = Clock::now() + std::chrono::seconds(from_environment("EARSHOT_UNREST_SECONDS", 2));
    const auto guarded = [&run](const auto& act) {
        try {
            act();
        } catch (const std::exception& problem) {
            run.report(problem.what());
        }
    };

    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < k_publishers; ++i) {
        threads.emplace_back(guarded,
                             [&run, i] { Publisher(run, "p" + std::to_string(i), run.seed * 100 + i).play(); });
    }
    for (std::size_t i = 0; i < k_subscribers; ++i) {
        threads.emplace_back(guarded, [&run, i] {
            Subscriber(run, "s" + std::to_string(i), run.seed * 100 + k_publishers + i).listen();
        });
    }
    for (std::thread& thread : threads) thread.join();
    server.server().request_stop();
    server.server().wait();

    EXPECT_THAT(run.problems, ::testing::IsEmpty()) << "seed " << run.seed;
    const auto counts = server.hooks().counts();
    int closed = 0;
    for (const auto& [end, count] : counts.closed) closed += count;
    EXPECT_EQ(closed, counts.opened);
    EXPECT_GT(run.stops, 0U);
    EXPECT_GT(run.changes, 0U);
    EXPECT_GT(run.deliveries, 0U);
}

// Whoever listens when the server stops is told the end of what it listens to; whoever waits is let go.
TEST_P(UnrestTest, subscribers_are_let_go_when_the_server_stops) {
    TestServer server(with_threads(4));
    std::vector<WsClient> publishers;
    std::vector<WsClient> listening;
    std::vector<WsClient> waiting;
    for (const char* id : {"a", "b"}) {
        publishers.emplace_back(server.port(), "/v1/streaming/" + std::string(id));
        publishers.back().send(start_message("[" + tracker("one") + "]"));
        publishers.back().receive_until("recognition_started");
        for (int i = 0; i < 8; ++i) {
            listening.emplace_back(server.port(), "/v1/subscribe/" + std::string(id));
            listening.back().receive_until("conversation_created");
        }
        waiting.emplace_back(server.port(), "/v1/subscribe/nobody-" + std::string(id));
        waiting.back().send("__PING__");
        waiting.back().receive();
        publishers.back().send(chunk("an open end", false, 1));
    }
    // The stop must not overtake what was sent: a start that is repeated is answered behind it.
    for (WsClient& publisher : publishers) {
        publisher.send(start_message("[" + tracker("one") + "]"));
        publisher.receive_until("recognition_started");
    }

    server.server().request_stop();

    for (WsClient& client : listening) {
        const auto messages = client.receive_all();
        EXPECT_THAT(kinds(messages), ::testing::ElementsAre("message/recognition_result", "message_response",
                                                            "message/conversation_completed"));
        EXPECT_EQ(client.close_code(), 1000);
    }
    for (WsClient& client : waiting) {
        EXPECT_THAT(client.receive_all(), ::testing::IsEmpty());
        EXPECT_EQ(client.close_code(), 1000);
    }
    for (WsClient& client : publishers) {
        client.receive_all();
        EXPECT_EQ(client.close_code(), 1000);
    }
    server.server().wait();
}

INSTANTIATE_TEST_SUITE_P(Over, UnrestTest, each_transport(), transport_name);

}  // namespace
}  // namespace earshot::testing
