#include "store/watchdog.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <future>
#include <sys/socket.h>
#include <unistd.h>

namespace earshot::store {
namespace {

using namespace std::chrono_literals;

/// A connection whose other end never answers.
class SilentConnection {
public:
    SilentConnection() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends_.data()), 0); }
    ~SilentConnection() {
        for (const int end : ends_) ::close(end);
    }

    int socket() const { return ends_[0]; }

    /// Waits until it is cut.
    void wait() const {
        char byte = 0;
        EXPECT_EQ(::recv(ends_[0], &byte, 1, 0), 0);
    }

private:
    std::array<int, 2> ends_{};
};

TEST(WatchdogTest, what_takes_too_long_is_told_and_then_cut) {
    const SilentConnection connection;
    const Line line(connection.socket());
    std::atomic<int> told = 0;
    Watchdog watchdog(1ms, [&](const base::Error& away) {
        EXPECT_EQ(away.code, base::Errc::store_away);
        ++told;
    });
    Watchdog::Watch watch(watchdog, &line);

    connection.wait();

    EXPECT_EQ(told, 1);
    EXPECT_FALSE(watch.end());
    EXPECT_FALSE(watch.end());
}

TEST(WatchdogTest, each_is_given_up_by_itself) {
    Watchdog watchdog(1ms, [](const base::Error&) {});
    const SilentConnection long_gone;
    const Line long_cut(long_gone.socket());
    Watchdog::Watch still_there(watchdog, &long_cut);
    for (int round = 0; round < 3; ++round) {
        const SilentConnection connection;
        const Line line(connection.socket());
        Watchdog::Watch watch(watchdog, &line);

        connection.wait();

        EXPECT_FALSE(watch.end());
    }
    EXPECT_FALSE(still_there.end());
}

TEST(WatchdogTest, what_is_over_in_time_is_left_alone) {
    std::atomic<int> told = 0;
    {
        Watchdog watchdog(1h, [&](const base::Error&) { ++told; });
        Watchdog::Watch watch(watchdog, nullptr);
        EXPECT_TRUE(watch.end());
        EXPECT_TRUE(watch.end());
        const Watchdog::Watch another(watchdog, nullptr);
    }
    EXPECT_EQ(told, 0);
}

TEST(WatchdogTest, what_has_no_line_is_told) {
    std::promise<void> told;
    Watchdog watchdog(1ms, [&](const base::Error&) { told.set_value(); });
    Watchdog::Watch watch(watchdog, nullptr);

    told.get_future().wait();

    EXPECT_FALSE(watch.end());
}

TEST(LineTest, cuts_the_connection_even_if_its_descriptor_is_closed_and_has_another_meaning) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    const Line line(ends[0]);
    ::close(ends[0]);
    const SilentConnection other;

    line.cut();

    char byte = 0;
    EXPECT_EQ(::recv(ends[1], &byte, 1, 0), 0);
    EXPECT_EQ(::recv(other.socket(), &byte, 1, MSG_DONTWAIT), -1) << "it is not over";
    ::close(ends[1]);
}

}  // namespace
}  // namespace earshot::store
