#include "earshot/net/compute_pool.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <memory>
#include <optional>

namespace earshot::net {
namespace {

/// Occupies one thread of a pool from construction until release().
class Blocker {
public:
    explicit Blocker(ComputePool& pool) {
        EXPECT_TRUE(pool.post([this] {
            entered_.count_down();
            released_.wait();
        }));
        entered_.wait();
    }
    void release() { released_.count_down(); }

private:
    std::latch entered_{1};
    std::latch released_{1};
};

TEST(ComputePoolTest, runs_what_is_posted_on_a_thread_of_its_own) {
    std::thread::id ran_on;
    std::latch done(1);
    ComputePool pool(1, 8);

    ASSERT_TRUE(pool.post([&] {
        ran_on = std::this_thread::get_id();
        done.count_down();
    }));
    done.wait();

    EXPECT_NE(ran_on, std::this_thread::get_id());
}

TEST(ComputePoolTest, one_thread_keeps_the_order) {
    std::vector<int> order;
    {
        ComputePool pool(1, 100);
        for (int i = 0; i < 100; ++i) {
            EXPECT_TRUE(pool.post([&order, i] { order.push_back(i); }));
        }
    }

    ASSERT_EQ(order.size(), 100U);
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(ComputePoolTest, takes_as_many_as_may_wait_and_refuses_the_next) {
    std::atomic<int> ran = 0;
    std::optional<ComputePool> pool(std::in_place, 1, 3);
    Blocker blocker(*pool);

    for (int i = 0; i < 3; ++i) EXPECT_TRUE(pool->post([&] { ++ran; }));
    EXPECT_FALSE(pool->post([&] { ran += 100; }));
    EXPECT_EQ(pool->waiting(), 3U);
    blocker.release();
    pool.reset();

    EXPECT_EQ(ran, 3);
}

TEST(ComputePoolTest, destruction_runs_everything_accepted) {
    std::atomic<int> ran = 0;
    {
        ComputePool pool(2, 1000);
        for (int i = 0; i < 1000; ++i) {
            if (!pool.post([&] { ++ran; })) ++ran;
        }
    }

    EXPECT_EQ(ran, 1000);
}

TEST(ComputePoolTest, takes_nothing_more_once_closed_but_runs_what_waits) {
    std::atomic<int> ran = 0;
    std::optional<ComputePool> pool(std::in_place, 1, 8);
    Blocker blocker(*pool);
    ASSERT_TRUE(pool->post([&] { ++ran; }));

    pool->close();
    EXPECT_FALSE(pool->post([&] { ran += 100; }));
    blocker.release();
    pool.reset();

    EXPECT_EQ(ran, 1);
}

TEST(ComputePoolTest, a_task_may_post_another) {
    std::latch done(1);
    ComputePool pool(1, 1);

    ASSERT_TRUE(pool.post([&] { EXPECT_TRUE(pool.post([&] { done.count_down(); })); }));

    done.wait();
}

TEST(ComputePoolTest, its_threads_work_at_the_same_time) {
    std::latch all_there(4);
    ComputePool pool(4, 4);

    for (int i = 0; i < 4; ++i) EXPECT_TRUE(pool.post([&] { all_there.arrive_and_wait(); }));

    all_there.wait();
    EXPECT_EQ(pool.threads(), 4U);
}

TEST(ComputePoolTest, without_a_number_there_is_one_thread) {
    EXPECT_EQ(ComputePool(0, 1).threads(), 1U);
}

TEST(ComputePoolTest, a_task_is_destroyed_once_it_ran) {
    auto held = std::make_shared<int>(1);
    {
        ComputePool pool(1, 1);
        ASSERT_TRUE(pool.post([held] {}));
    }

    EXPECT_EQ(held.use_count(), 1);
}

TEST(ComputePoolTest, many_threads_may_post) {
    constexpr int k_posters = 4;
    constexpr int k_each = 500;
    std::atomic<int> accepted = 0;
    std::atomic<int> ran = 0;
    {
        ComputePool pool(2, 64);
        std::vector<std::jthread> posters;
        for (int poster = 0; poster < k_posters; ++poster) {
            posters.emplace_back([&] {
                for (int i = 0; i < k_each; ++i) accepted += pool.post([&] { ++ran; }) ? 1 : 0;
            });
        }
    }

    EXPECT_GT(accepted, 0);
    EXPECT_EQ(ran, accepted);
}

}  // namespace
}  // namespace earshot::net
