#include "net/store_failures.hpp"

#include "support/net/test_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace earshot::net {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StoreFailuresTest : public ::testing::Test {
protected:
    void fail(std::string details) { failures_.tell({base::Errc::io_failed, "no", {}, std::move(details)}); }

    std::vector<std::string> told() const { return hooks_.counts().warned; }

    base::MonotonicTime now_{1h};
    testing::RecordingHooks hooks_;
    StoreFailures failures_{hooks_, "reading failed", [this] { return now_; }};
};

TEST_F(StoreFailuresTest, tells_why_once_in_a_while_and_how_many_it_left_out) {
    for (const std::string details : {"1", "2", "3"}) fail(details);
    now_ += StoreFailures::k_pause - 1ms;
    fail("4");
    EXPECT_THAT(told(), ElementsAre("reading failed code=io_failed error=no details=1 leftOut=0"));

    now_ += 1ms;
    for (const std::string details : {"5", "6"}) fail(details);
    now_ += StoreFailures::k_pause;
    fail("7");

    EXPECT_THAT(told(), ElementsAre("reading failed code=io_failed error=no details=1 leftOut=0",
                                    "reading failed code=io_failed error=no details=5 leftOut=3",
                                    "reading failed code=io_failed error=no details=7 leftOut=1"));
}

TEST_F(StoreFailuresTest, is_silent_once_it_is_closed) {
    failures_.close();
    fail("1");
    EXPECT_THAT(told(), IsEmpty());
}

}  // namespace
}  // namespace earshot::net
