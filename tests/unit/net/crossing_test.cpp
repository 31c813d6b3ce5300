// Publishers and subscribers whose conversation lives on another thread. The threads are the test's own: it says which
// of the loops goes on, so it can hold one up and count what was posted to it. No TLS is spoken: what crosses between
// threads is the same, and a handshake would need both ends to go on in turn.
#include "net/http_session.hpp"
#include "net/shard.hpp"
#include "support/net/clients.hpp"
#include "support/net/test_server.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using testing::final_chunk;
using testing::start_message;
using testing::text_frame;

constexpr std::string_view k_close_frame = "\x88\x02\x03\xE8";  // with 1000

class CrossingTest : public ::testing::Test {
protected:
    /// A client of bare TCP whose connection lives on `shard`.
    class Client {
    public:
        Client(CrossingTest& test, Shard& shard, std::string_view target) : test_(test) {
            tcp_.emplace(test.port());
            test.accept(shard);
            tcp_->send(testing::upgrade_request(target));
            read_until("\r\n\r\n");
        }

        void send(std::string_view message) { tcp_->send(text_frame(message)); }
        void drop() { tcp_.reset(); }

        /// Lets all threads go on until `part` has been read; returns all that was read.
        const std::string& read_until(std::string_view part) {
            const auto end = std::chrono::steady_clock::now() + testing::k_patience;
            while (read_.find(part) == std::string::npos) {
                test_.go_on();
                read_ += tcp_->read_if_any();
                if (std::chrono::steady_clock::now() >= end) throw std::runtime_error(std::string(part) + ": " + read_);
            }
            return read_;
        }

        void start(std::string_view more = {}) {
            send(start_message({}, {}, more));
            read_until("recognition_started");
        }

    private:
        CrossingTest& test_;
        std::optional<testing::TcpClient> tcp_;
        std::string read_;
    };

    ~CrossingTest() override {
        while (server_.connections > 0) go_on();
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

    void accept(Shard& shard) {
        std::make_shared<HttpSession<PlainSocket>>(shard, acceptor_.accept(shard.context()), CountedConnection(server_))
            ->run();
    }

    static void go_on(Shard& shard) {
        shard.context().restart();
        while (shard.context().poll() > 0) {
        }
    }
    void go_on() {
        go_on(*home_);
        go_on(*away_);
        go_on(*third_);
    }

    /// How many chunks are dealt with when the conversation's thread goes on by itself.
    std::uint64_t chunks_at_home() {
        Traffic before;
        home_->hub().add_traffic(before);
        go_on(*home_);
        Traffic after;
        home_->hub().add_traffic(after);
        return after.chunks;
    }

    asio::io_context accepting_;
    asio::basic_socket_acceptor<tcp> acceptor_{accepting_, {asio::ip::address_v4::loopback(), 0}};
    testing::RecordingHooks hooks_;
    ComputePool pool_{1, 4};
    ServerShared server_{{}, hooks_, pool_, nullptr};
    std::shared_ptr<Shard> home_ = std::make_shared<Shard>(0, server_);
    std::shared_ptr<Shard> away_ = std::make_shared<Shard>(1, server_);
    std::shared_ptr<Shard> third_ = std::make_shared<Shard>(2, server_);
};

TEST_F(CrossingTest, what_a_held_up_thread_is_posted_has_a_bound_and_all_of_it_is_answered_in_order) {
    Client first(*this, *home_, "/v1/streaming/x");
    first.start();
    Client guest(*this, *away_, "/v1/streaming/x");
    guest.start();
    constexpr int k_chunks = 500;
    for (int i = 0; i < k_chunks; ++i) guest.send(final_chunk("<" + std::to_string(i) + ">"));

    go_on(*away_);

    EXPECT_EQ(chunks_at_home(), 64U);
    const std::string& told = guest.read_until("<" + std::to_string(k_chunks - 1) + ">");
    std::size_t at = 0;
    for (int i = 0; i < k_chunks; ++i) {
        at = told.find("<" + std::to_string(i) + ">", at);
        ASSERT_NE(at, std::string::npos) << i;
    }
}

TEST_F(CrossingTest, bytes_are_bounded_as_frames_are) {
    Client first(*this, *home_, "/v1/streaming/x");
    first.start();
    Client guest(*this, *away_, "/v1/streaming/x");
    guest.start();
    const std::string words(16 * 1024 - 8, 'x');
    constexpr int k_chunks = 24;
    for (int i = 0; i < k_chunks; ++i) {
        guest.send(final_chunk("<" + std::to_string(i) + "> " + words));
        go_on(*away_);
    }

    EXPECT_EQ(chunks_at_home(), Backlog::k_bytes / (16 * 1024));
    guest.read_until("<" + std::to_string(k_chunks - 1) + ">");
}

// What a listener's thread is posted comes from there.
TEST_F(CrossingTest, a_publisher_rests_while_a_thread_is_held_up_on_which_others_listen) {
    Client first(*this, *home_, "/v1/streaming/x");
    first.start();
    Client listener(*this, *away_, "/v1/subscribe/x");
    listener.read_until("conversation_created");
    constexpr int k_chunks = 500;
    for (int i = 0; i < k_chunks; ++i) first.send(final_chunk("<" + std::to_string(i) + ">"));

    EXPECT_EQ(chunks_at_home(), Backlog::k_frames);
    EXPECT_EQ(chunks_at_home(), 0U);

    listener.read_until("<" + std::to_string(k_chunks - 1) + ">");
    first.read_until("<" + std::to_string(k_chunks - 1) + ">");
}

TEST_F(CrossingTest, so_does_one_that_is_on_a_third_thread) {
    Client first(*this, *home_, "/v1/streaming/x");
    first.start();
    Client guest(*this, *away_, "/v1/streaming/x");
    guest.start();
    Client listener(*this, *third_, "/v1/subscribe/x");
    listener.read_until("conversation_created");
    constexpr int k_chunks = 500;
    for (int i = 0; i < k_chunks; ++i) guest.send(final_chunk("<" + std::to_string(i) + ">"));

    std::uint64_t chunks = 0;
    for (int round = 0; round < 10; ++round) {
        go_on(*away_);
        chunks += chunks_at_home();
    }
    EXPECT_EQ(chunks, Backlog::k_frames);

    listener.read_until("<" + std::to_string(k_chunks - 1) + ">");
    guest.read_until("<" + std::to_string(k_chunks - 1) + ">");
}

TEST_F(CrossingTest, starts_and_changes_count_as_chunks_do) {
    Client first(*this, *home_, "/v1/streaming/x");
    first.start();
    Client guest(*this, *away_, "/v1/streaming/x");
    guest.start();
    for (std::size_t i = 0; i < Backlog::k_frames; ++i) {
        guest.send(i % 2 == 0 ? start_message() : R"({"type":"modify_request","requestId":"r","trackers":{"add":[]}})");
    }
    guest.send(final_chunk("behind"));
    go_on(*away_);

    EXPECT_EQ(chunks_at_home(), 0U);
    guest.read_until("behind");
}

TEST_F(CrossingTest, a_socket_on_the_conversations_own_thread_never_rests) {
    Client only(*this, *home_, "/v1/streaming/x");
    only.start();
    for (int i = 0; i < 200; ++i) only.send(final_chunk("word"));

    EXPECT_EQ(chunks_at_home(), 200U);
}

// Its speaker's next socket takes its place.
TEST_F(CrossingTest, who_is_replaced_while_resting_is_closed) {
    const std::string ann = R"("speaker":{"userId":"ann"})";
    Client first(*this, *home_, "/v1/streaming/x");
    first.start();
    Client guest(*this, *away_, "/v1/streaming/x");
    guest.start(ann);
    Client next(*this, *home_, "/v1/streaming/x");
    for (int i = 0; i < 200; ++i) guest.send(final_chunk("word"));
    go_on(*away_);

    next.start(ann);

    guest.read_until(k_close_frame);
    next.send(final_chunk("the next"));
    next.read_until("the next");
}

// The end of a socket that was told long ago that its part is over takes nobody else's place.
TEST_F(CrossingTest, who_goes_after_its_part_is_over_leaves_the_others_listening) {
    const std::string ann = R"("speaker":{"userId":"ann"})";
    Client first(*this, *home_, "/v1/streaming/x");
    first.start();
    Client guest(*this, *away_, "/v1/streaming/x");
    guest.start(ann);
    Client listener(*this, *away_, "/v1/subscribe/x");
    listener.read_until("conversation_created");
    Client next(*this, *home_, "/v1/streaming/x");
    next.start(ann);
    guest.read_until(k_close_frame);
    const std::size_t connections = server_.connections;
    guest.drop();
    while (server_.connections == connections) go_on();

    next.send(final_chunk("the next"));

    listener.read_until("message_response");
}

// A big start message alone makes its socket rest. It meets the end of the conversation and is posted back.
TEST_F(CrossingTest, a_start_that_comes_back_holds_nobody_up) {
    Client first(*this, *home_, "/v1/streaming/x");
    first.start();
    Client last(*this, *away_, "/v1/streaming/x");
    last.start();
    Client guest(*this, *away_, "/v1/streaming/x");
    first.drop();
    go_on();
    last.send(R"({"type":"stop_request"})");
    go_on(*away_);
    guest.send(start_message({}, {}, R"("ignored":")" + std::string(Backlog::k_bytes, 'x') + '"'));
    guest.send(final_chunk("at last"));
    go_on(*away_);
    ASSERT_EQ(home_->hub().size(), 1U);

    guest.read_until("at last");

    EXPECT_EQ(home_->hub().size(), 0U);
    EXPECT_EQ(away_->hub().size(), 1U);
}

// The paused part's time is over just as its socket starts again.
TEST_F(CrossingTest, a_start_that_crosses_the_end_of_a_pause_begins_anew) {
    Client first(*this, *home_, "/v1/streaming/x");
    first.start();
    Client guest(*this, *away_, "/v1/streaming/x");
    guest.start(R"("disconnectOnStopRequest":false,"disconnectOnStopRequestTimeout":1e-9)");
    guest.send(R"({"type":"stop_request"})");
    guest.read_until("recognition_stopped");
    guest.send(start_message());
    go_on(*away_);
    home_->turn([&] { home_->hub().on_sweep(); });

    guest.read_until("recognition_started");
    guest.send(final_chunk("anew"));
    guest.read_until("anew");
}

TEST_F(CrossingTest, who_leaves_while_resting_leaves_nothing_behind) {
    Client first(*this, *home_, "/v1/streaming/x");
    first.start();
    {
        Client guest(*this, *away_, "/v1/streaming/x");
        guest.start();
        for (int i = 0; i < 200; ++i) guest.send(final_chunk("word"));
        go_on(*away_);
    }
    first.send(R"({"type":"stop_request"})");
    first.read_until("recognition_stopped");
}

TEST_F(CrossingTest, a_shutdown_while_resting_completes_what_was_taken) {
    Client first(*this, *home_, "/v1/streaming/x");
    first.start();
    Client guest(*this, *away_, "/v1/streaming/x");
    guest.start();
    for (int i = 0; i < 200; ++i) guest.send(final_chunk("word"));
    go_on(*away_);

    away_->drain();
    go_on(*away_);
    EXPECT_EQ(chunks_at_home(), Backlog::k_frames);
    EXPECT_THAT(guest.read_until("recognition_stopped"), ::testing::HasSubstr("conversation_completed"));
}

}  // namespace
}  // namespace earshot::net
