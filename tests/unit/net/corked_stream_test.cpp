#include "net/corked_stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <vector>

namespace earshot::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// What a test sees of the stream below, and how it behaves.
struct Wire {
    std::vector<std::string> writes;  ///< what each write was given
    std::string taken;                ///< what was taken of them
    std::size_t most = 1024 * 1024;   ///< bytes that one write takes
    bool is_stuck = false;            ///< writes wait for `finish`
    error_code failure;
    std::function<void()> finish;
    std::string incoming;
    int reads = 0;
};

class FakeLayer {
public:
    using executor_type = asio::io_context::executor_type;

    FakeLayer(asio::io_context& context, Wire& wire) : context_(&context), wire_(&wire) {}

    executor_type get_executor() noexcept { return context_->get_executor(); }

    template <class Buffers, class Handler>
    void async_write_some(const Buffers& buffers, Handler&& handler) {
        std::string bytes(asio::buffer_size(buffers), '\0');
        asio::buffer_copy(asio::buffer(bytes), buffers);
        wire_->writes.push_back(bytes);
        auto shared = std::make_shared<std::decay_t<Handler>>(std::forward<Handler>(handler));
        auto complete = [wire = wire_, bytes, shared] {
            const std::size_t size = wire->failure ? 0 : std::min(bytes.size(), wire->most);
            wire->taken += bytes.substr(0, size);
            (*shared)(wire->failure, size);
        };
        if (wire_->is_stuck) {
            wire_->finish = complete;
        } else {
            asio::post(*context_, complete);
        }
    }

    template <class Buffers, class Handler>
    void async_read_some(const Buffers& buffers, Handler&& handler) {
        ++wire_->reads;
        const std::size_t size = asio::buffer_copy(buffers, asio::buffer(wire_->incoming));
        wire_->incoming.erase(0, size);
        if (size == 0) return;  // nothing comes
        asio::post(*context_, boost::beast::bind_front_handler(std::forward<Handler>(handler), error_code(), size));
    }

private:
    asio::io_context* context_;
    Wire* wire_;
};

struct Listener final : CorkListener {
    void on_progress() override { ++progress; }
    void on_write_failed(error_code error) override { failure = error; }
    int progress = 0;
    error_code failure;
};

class CorkedStreamTest : public ::testing::Test {
protected:
    void run() {
        context_.restart();
        context_.poll();
    }

    /// The stream's own write, as whoever drives it does for a frame of control.
    void write(std::string text) {
        auto bytes = std::make_shared<std::string>(std::move(text));
        stream_.async_write_some(asio::buffer(*bytes), [this, bytes](error_code error, std::size_t size) {
            written_.emplace_back(error, size);
        });
    }

    asio::io_context context_;
    BufferPool pool_;
    Wire wire_;
    Listener listener_;
    CorkedStream<FakeLayer> stream_{FakeLayer(context_, wire_), pool_};
    std::vector<std::pair<error_code, std::size_t>> written_;
};

TEST_F(CorkedStreamTest, gathers_what_one_turn_appends) {
    stream_.append() += "one ";
    stream_.append() += "two ";
    stream_.flush_soon();
    stream_.append() += "three";
    EXPECT_TRUE(wire_.writes.empty());

    run();

    EXPECT_EQ(wire_.writes, (std::vector<std::string>{"one two three"}));
    EXPECT_EQ(stream_.pending(), 0);
}

TEST_F(CorkedStreamTest, holds_back_until_it_is_told) {
    stream_.append() += "one";
    run();

    EXPECT_TRUE(wire_.writes.empty());
    EXPECT_EQ(stream_.pending(), 3);
}

TEST_F(CorkedStreamTest, sends_what_is_pending_when_a_read_begins) {
    char bytes[8];
    stream_.append() += "answer";

    stream_.async_read_some(asio::buffer(bytes), [](error_code, std::size_t) {});

    EXPECT_EQ(wire_.writes, (std::vector<std::string>{"answer"}));
    EXPECT_EQ(wire_.reads, 1);
}

TEST_F(CorkedStreamTest, gathers_a_burst_of_turns) {
    int turns = 0;
    std::function<void()> turn = [&] {
        stream_.append() += "x";
        if (++turns < 8) asio::post(context_, turn);
        stream_.flush_soon();
    };
    asio::post(context_, turn);

    run();

    EXPECT_EQ(wire_.writes, (std::vector<std::string>{"xxxxxxxx"}));
}

TEST_F(CorkedStreamTest, lets_no_burst_wait_for_ever) {
    int turns = 0;
    std::function<void()> turn = [&] {
        stream_.append() += "x";
        if (++turns < 100) asio::post(context_, turn);
        stream_.flush_soon();
    };
    asio::post(context_, turn);

    run();

    EXPECT_GT(wire_.writes.size(), 1);
    EXPECT_EQ(wire_.taken, std::string(100, 'x'));
}

TEST_F(CorkedStreamTest, writes_and_appended_frames_keep_their_order) {
    stream_.append() += "a";
    write("b");
    stream_.append() += "c";
    run();

    EXPECT_EQ(wire_.taken, "abc");
    ASSERT_EQ(written_.size(), 1);
    EXPECT_EQ(written_[0], std::pair(error_code(), std::size_t(1)));
}

TEST_F(CorkedStreamTest, goes_on_after_a_partial_write) {
    wire_.most = 3;
    stream_.append() += "0123456789";
    stream_.flush_soon();

    run();

    EXPECT_EQ(wire_.taken, "0123456789");
    EXPECT_EQ(wire_.writes, (std::vector<std::string>{"0123456789", "3456789", "6789", "9"}));
}

TEST_F(CorkedStreamTest, gathers_what_comes_while_a_write_is_under_way) {
    wire_.is_stuck = true;
    stream_.append() += "first";
    stream_.flush_soon();
    run();
    stream_.append() += "second ";
    stream_.flush_soon();
    stream_.append() += "third";
    run();
    EXPECT_EQ(wire_.writes.size(), 1);
    EXPECT_EQ(stream_.pending(), 17);

    wire_.is_stuck = false;
    wire_.finish();
    run();

    EXPECT_EQ(wire_.writes, (std::vector<std::string>{"first", "second third"}));
}

TEST_F(CorkedStreamTest, a_write_completes_at_once_while_there_is_room) {
    wire_.is_stuck = true;
    write(std::string(1000, 'x'));
    EXPECT_TRUE(written_.empty());  // never inside the call

    run();

    EXPECT_EQ(written_.size(), 1);
    EXPECT_TRUE(stream_.has_room());
}

TEST_F(CorkedStreamTest, a_write_beyond_the_room_waits_for_the_peer) {
    stream_.listen(&listener_);
    wire_.is_stuck = true;
    stream_.append() += std::string(CorkedStream<FakeLayer>::k_room, 'x');
    write("y");
    run();
    EXPECT_FALSE(stream_.has_room());
    EXPECT_TRUE(written_.empty());
    EXPECT_EQ(listener_.progress, 0);

    wire_.is_stuck = false;
    wire_.finish();
    run();

    EXPECT_TRUE(stream_.has_room());
    ASSERT_EQ(written_.size(), 1);
    EXPECT_EQ(written_[0], std::pair(error_code(), std::size_t(1)));
    EXPECT_GT(listener_.progress, 0);
}

TEST_F(CorkedStreamTest, tells_a_failure_and_writes_no_more) {
    stream_.listen(&listener_);
    wire_.is_stuck = true;
    stream_.append() += std::string(CorkedStream<FakeLayer>::k_room, 'x');
    write("y");
    run();

    wire_.failure = asio::error::broken_pipe;
    wire_.finish();
    run();
    stream_.append() += "z";
    stream_.flush_soon();
    write("z");
    run();

    EXPECT_EQ(listener_.failure, asio::error::broken_pipe);
    EXPECT_EQ(wire_.writes.size(), 1);
    ASSERT_EQ(written_.size(), 2);
    EXPECT_EQ(written_[0].first, asio::error::broken_pipe);
    EXPECT_EQ(written_[1].first, asio::error::broken_pipe);
}

TEST_F(CorkedStreamTest, drains_when_all_is_written) {
    wire_.is_stuck = true;
    std::optional<error_code> drained;
    stream_.append() += "last";
    stream_.async_drain([&](error_code error) { drained = error; });
    run();
    EXPECT_FALSE(drained);

    wire_.finish();
    run();

    EXPECT_EQ(drained, error_code());
    EXPECT_EQ(wire_.taken, "last");
}

TEST_F(CorkedStreamTest, drains_at_once_when_nothing_is_pending) {
    std::optional<error_code> drained;
    stream_.async_drain([&](error_code error) { drained = error; });
    EXPECT_FALSE(drained);  // never inside the call

    run();

    EXPECT_EQ(drained, error_code());
}

TEST_F(CorkedStreamTest, drains_with_the_error_of_a_failed_write) {
    wire_.failure = asio::error::connection_reset;
    std::optional<error_code> drained;
    stream_.append() += "last";
    stream_.async_drain([&](error_code error) { drained = error; });

    run();

    EXPECT_EQ(drained, error_code(asio::error::connection_reset));
}

TEST_F(CorkedStreamTest, reads_first_what_was_read_before) {
    stream_.unread("abc");
    wire_.incoming = "def";
    char bytes[2];
    std::string read;
    std::function<void()> next = [&] {
        stream_.async_read_some(asio::buffer(bytes), [&](error_code, std::size_t size) {
            read.append(bytes, size);
            next();
        });
    };
    next();

    run();

    EXPECT_EQ(read, "abcdef");
}

TEST_F(CorkedStreamTest, may_be_destroyed_while_a_write_is_under_way) {
    wire_.is_stuck = true;
    {
        CorkedStream<FakeLayer> other(FakeLayer(context_, wire_), pool_);
        other.listen(&listener_);
        other.append() += "last";
        other.flush_soon();
        run();
    }

    wire_.finish();
    run();

    EXPECT_EQ(wire_.taken, "last");
    EXPECT_EQ(listener_.progress, 0);
}

TEST_F(CorkedStreamTest, gives_its_buffers_back_when_all_is_written) {
    stream_.append() += std::string(500, 'x');
    stream_.flush_soon();

    run();

    EXPECT_GE(pool_.take().capacity(), 500);
}

}  // namespace
}  // namespace earshot::net
