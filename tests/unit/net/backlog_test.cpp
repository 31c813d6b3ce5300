#include "net/backlog.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace earshot::net {
namespace {

class BacklogTest : public ::testing::Test {
protected:
    void add(std::size_t times, std::size_t bytes = 10) {
        for (std::size_t i = 0; i < times; ++i) items_.push_back(backlog_->add(bytes));
    }
    void settle(std::size_t times) {
        for (std::size_t i = 0; i < times; ++i) items_.pop_front();
    }

    int woken_ = 0;
    std::shared_ptr<Backlog> backlog_ = std::make_shared<Backlog>([this] { ++woken_; });
    std::deque<Backlog::Item> items_;
};

TEST_F(BacklogTest, rests_at_its_bound_of_frames_and_is_woken_once_at_half_of_it) {
    add(Backlog::k_frames - 1);
    EXPECT_FALSE(backlog_->must_rest());
    add(1);
    EXPECT_TRUE(backlog_->must_rest());

    settle(Backlog::k_frames / 2 - 1);
    EXPECT_EQ(woken_, 0);
    EXPECT_TRUE(backlog_->must_rest());
    settle(1);
    EXPECT_EQ(woken_, 1);
    EXPECT_FALSE(backlog_->must_rest());
    settle(items_.size());
    EXPECT_EQ(woken_, 1);
}

TEST_F(BacklogTest, rests_at_its_bound_of_bytes) {
    add(3, Backlog::k_bytes / 4);
    add(1, Backlog::k_bytes / 4 - 1);
    EXPECT_FALSE(backlog_->must_rest());
    add(1, 1);
    EXPECT_TRUE(backlog_->must_rest());

    settle(1);
    EXPECT_EQ(woken_, 0);
    settle(1);
    EXPECT_EQ(woken_, 1);
}

TEST_F(BacklogTest, one_that_is_larger_than_the_bound_is_only_full) {
    add(1, 100 * Backlog::k_bytes);
    EXPECT_TRUE(backlog_->must_rest());
    settle(1);
    EXPECT_EQ(woken_, 1);
    EXPECT_FALSE(backlog_->must_rest());
}

TEST_F(BacklogTest, what_is_dealt_with_before_anybody_rests_wakes_nobody) {
    add(Backlog::k_frames);
    settle(Backlog::k_frames);
    EXPECT_EQ(woken_, 0);
    EXPECT_FALSE(backlog_->must_rest());
}

TEST_F(BacklogTest, an_abandoned_one_wakes_nobody) {
    add(Backlog::k_frames);
    EXPECT_TRUE(backlog_->must_rest());
    backlog_->abandon();
    backlog_.reset();
    settle(Backlog::k_frames);
    EXPECT_EQ(woken_, 0);
}

/// Where a socket's thread and those of its conversations meet.
struct Meeting {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Backlog::Item> posted;
    std::size_t most = 0;
    int woken = 0;
    bool is_over = false;

    void post(Backlog::Item item) {
        const std::lock_guard lock(mutex);
        posted.push_back(std::move(item));
        most = std::max(most, posted.size());
        changed.notify_all();
    }

    std::optional<Backlog::Item> take() {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return is_over || !posted.empty(); });
        if (posted.empty()) return std::nullopt;
        std::optional<Backlog::Item> item(std::move(posted.front()));
        posted.pop_front();
        return item;
    }
};

// If a wake were ever lost, this would not end; if the bound were passed, it would show.
TEST(BacklogThreadsTest, no_wake_is_lost) {
    Meeting meeting;
    const auto backlog = std::make_shared<Backlog>([&] {
        const std::lock_guard lock(meeting.mutex);
        ++meeting.woken;
        meeting.changed.notify_all();
    });
    std::vector<std::thread> homes;
    for (int i = 0; i < 2; ++i) {
        homes.emplace_back([&] {
            while (meeting.take()) {
            }
        });
    }
    for (int i = 0; i < 100'000; ++i) {
        meeting.post(backlog->add(1));
        // As a socket does: woken by what was meant for an earlier rest, it looks again.
        while (backlog->must_rest()) {
            std::unique_lock lock(meeting.mutex);
            meeting.changed.wait(lock, [&] { return meeting.woken > 0; });
            meeting.woken = 0;
        }
    }
    {
        const std::lock_guard lock(meeting.mutex);
        meeting.is_over = true;
        meeting.changed.notify_all();
    }
    for (std::thread& home : homes) home.join();

    EXPECT_LE(meeting.most, Backlog::k_frames);
    EXPECT_FALSE(backlog->must_rest());
}

}  // namespace
}  // namespace earshot::net
