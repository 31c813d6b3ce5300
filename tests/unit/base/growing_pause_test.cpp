#include "earshot/base/growing_pause.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace earshot::base {
namespace {

using std::chrono::seconds;

TEST(GrowingPauseTest, doubles_up_to_the_longest) {
    GrowingPause pause(seconds(1), seconds(5));

    for (const int expected : {1, 2, 4, 5, 5}) EXPECT_EQ(pause.take(), seconds(expected));
}

TEST(GrowingPauseTest, begins_anew_after_a_success) {
    GrowingPause pause(seconds(1), seconds(5));
    pause.take();
    pause.take();

    pause.reset();

    EXPECT_EQ(pause.take(), seconds(1));
    EXPECT_EQ(pause.take(), seconds(2));
}

}  // namespace
}  // namespace earshot::base
