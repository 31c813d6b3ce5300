#include "batch_queue.hpp"

#include <gtest/gtest.h>

namespace earshot::encoder {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::microseconds k_patience = 3ms;

class BatchQueueTest : public testing::Test {
protected:
    void submit(Sequence sequence) {
        BatchEncoder::Done done = [](const Encoded&) {};
        EXPECT_FALSE(queue_.submit(std::move(sequence), done, now_));
    }

    TimePoint now_{};
    BatchQueue queue_{1'000, 1'000'000, k_patience};
};

TEST_F(BatchQueueTest, AWindowWaitsForCompanyAsLongAsItHasPatience) {
    EXPECT_FALSE(queue_.due());
    submit({1, 2, 3});
    EXPECT_EQ(queue_.due(), now_ + k_patience);

    now_ += k_patience - 1us;
    submit({1, 2, 4});
    EXPECT_TRUE(queue_.take(now_).empty());
    now_ += 1us;
    EXPECT_EQ(queue_.take(now_).size(), 2U);
    EXPECT_FALSE(queue_.due());
}

TEST_F(BatchQueueTest, ABatchThatIsFullInTokensIsTakenAtOnce) {
    const auto half = static_cast<std::int32_t>(BatchEncoder::k_max_tokens / 2);
    submit(Sequence(static_cast<std::size_t>(half), 1));
    submit(Sequence(static_cast<std::size_t>(half), 2));
    EXPECT_TRUE(queue_.take(now_).empty());

    submit(Sequence(static_cast<std::size_t>(half), 3));

    EXPECT_EQ(queue_.take(now_).size(), 2U);
    EXPECT_TRUE(queue_.take(now_).empty());
}

TEST_F(BatchQueueTest, TheOldestIsAlwaysTakenHoweverManyOthersAreOfOneLength) {
    std::int32_t next = 0;
    for (int turn = 0; turn < 20; ++turn) {
        const std::int32_t oldest = next;
        submit(Sequence(100, next++));
        for (int i = 0; i < 20; ++i) submit({next++, 0});
        EXPECT_EQ(queue_.take(now_).front()->sequence.front(), oldest);
        for (BatchJobs rest = queue_.take(now_ + k_patience); !rest.empty();) rest = queue_.take(now_ + k_patience);
    }
}

}  // namespace
}  // namespace earshot::encoder
