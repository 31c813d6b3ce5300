#include "net/shard.hpp"

#include "support/net/test_server.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <stdexcept>

namespace earshot::net {
namespace {

class CountingTransport final : public Transport {
public:
    void pump() override {
        ++pumps;
        if (fails) throw std::runtime_error("it fails");
    }
    void close(const session::Close&) override {}

    int pumps = 0;
    bool fails = false;
};

// By the next turn those that had theirs may be gone.
TEST(ShardTest, who_had_its_turn_when_another_failed_is_not_asked_again) {
    testing::RecordingHooks hooks;
    ComputePool pool(1, 4);
    ServerShared server({}, hooks, pool, nullptr);
    const auto shard = std::make_shared<Shard>(0, server);
    std::array<CountingTransport, 3> transports;
    std::array<std::optional<Peer>, 3> peers;
    shard->turn([&] {
        for (std::size_t i = 0; i < peers.size(); ++i) peers[i].emplace(*shard, transports[i], "key", std::nullopt);
    });
    const auto mark_all = [&] {
        for (auto& peer : peers) peer->on_time();
    };

    transports[1].fails = true;
    EXPECT_THROW(shard->turn(mark_all), std::runtime_error);
    transports[1].fails = false;
    EXPECT_EQ(transports[2].pumps, 1);
    shard->turn([] {});
    for (const CountingTransport& transport : transports) EXPECT_EQ(transport.pumps, 2);

    shard->turn(mark_all);
    for (const CountingTransport& transport : transports) EXPECT_EQ(transport.pumps, 3);
}

}  // namespace
}  // namespace earshot::net
