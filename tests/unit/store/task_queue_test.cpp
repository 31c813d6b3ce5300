#include "store/task_queue.hpp"

#include <gtest/gtest.h>

#include <string>

namespace earshot::store {
namespace {

class TaskQueueTest : public testing::Test {
protected:
    void push(Access access, char name) {
        queue_.push({access, {}, [this, name](const base::Error*) { taken_ += name; }});
    }

    /// The names of all that can be taken now, in their order.
    std::string take() {
        taken_.clear();
        while (const auto task = queue_.take()) task->done(nullptr);
        return taken_;
    }

    TaskQueue queue_{2};
    std::string taken_;
};

TEST_F(TaskQueueTest, tasks_are_taken_in_their_order) {
    push(Access::read, 'a');
    push(Access::write, 'b');
    push(Access::read, 'c');
    push(Access::write, 'd');

    EXPECT_EQ(queue_.size(), 4U);
    EXPECT_EQ(take(), "abcd");
    EXPECT_EQ(queue_.size(), 0U);
}

TEST_F(TaskQueueTest, those_that_read_go_past_those_that_must_not_write_yet) {
    for (const char name : {'a', 'b', 'c', 'd'}) push(Access::write, name);
    push(Access::read, 'e');

    EXPECT_EQ(take(), "abe");
    EXPECT_EQ(queue_.size(), 2U);
    push(Access::read, 'f');
    queue_.end_write();
    EXPECT_EQ(take(), "cf");
    queue_.end_write();
    EXPECT_EQ(take(), "d");
}

}  // namespace
}  // namespace earshot::store
