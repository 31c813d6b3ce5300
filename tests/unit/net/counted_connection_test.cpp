#include "net/shard.hpp"
#include "support/net/test_server.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <utility>

namespace earshot::net {
namespace {

class CountedConnectionTest : public ::testing::Test {
protected:
    testing::RecordingHooks hooks_;
    ComputePool pool_{1, 1};
    ServerShared server_{{}, hooks_, pool_, nullptr};
};

TEST_F(CountedConnectionTest, counts_once_whoever_has_it) {
    auto first = std::make_unique<CountedConnection>(server_);
    EXPECT_EQ(server_.connections, 1U);

    auto second = std::make_unique<CountedConnection>(std::move(*first));
    EXPECT_EQ(server_.connections, 1U);
    first.reset();
    EXPECT_EQ(server_.connections, 1U);

    second.reset();
    EXPECT_EQ(server_.connections, 0U);
}

// Otherwise the server would wait for it at its end, and nobody would come.
TEST_F(CountedConnectionTest, ends_with_a_handover_that_fails) {
    const auto shard = std::make_shared<Shard>(0, server_);
    shard->post([counted = CountedConnection(server_)] { throw std::runtime_error("no memory"); });
    EXPECT_EQ(server_.connections, 1U);

    EXPECT_THROW(shard->context().poll(), std::runtime_error);
    EXPECT_EQ(server_.connections, 0U);
}

TEST_F(CountedConnectionTest, ends_with_a_thread_that_is_gone_before) {
    auto shard = std::make_shared<Shard>(0, server_);
    shard->post([counted = CountedConnection(server_)] {});

    shard.reset();
    EXPECT_EQ(server_.connections, 0U);
}

}  // namespace
}  // namespace earshot::net
