// The law over the wire: whatever is lost on the way, whoever listens and whichever threads the sockets live on, the
// confirmed hits are those that plain nested loops hear in the final utterances, and every client is told the same.
//
// EARSHOT_WIRE_CALLS sets how many calls are played (default 500), EARSHOT_WIRE_SEED the first one's seed.
#include "support/net/test_server.hpp"
#include "support/net/wire_run.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace earshot::testing {
namespace {

constexpr std::size_t k_calls_at_a_time = 4;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

net::ServerOptions two_threads() {
    net::ServerOptions options;
    options.io_threads = 2;
    options.conversation.replay_bytes = 16 * 1024 * 1024;  // what is told again has no gap
    return options;
}

struct Failure {
    std::uint64_t seed = 0;
    std::string problem;
};

class WireLaw : public ::testing::Test {
protected:
    /// Plays calls until one fails; empty: none did.
    std::vector<Failure> play(std::uint64_t first_seed, std::uint64_t count) {
        std::atomic<std::uint64_t> next = 0;
        std::vector<Failure> failures;
        std::mutex mutex;
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < k_calls_at_a_time; ++i) {
            threads.emplace_back([&] {
                WireSummary summary;
                for (std::uint64_t n = next++; n < count; n = next++) {
                    const std::uint64_t seed = first_seed + n;
                    const std::string problem =
                        run_wire_call(make_wire_call(seed), "call-" + std::to_string(seed), house_, summary);
                    if (problem.empty()) continue;
                    next = count;
                    const std::lock_guard lock(mutex);
                    failures.push_back({seed, problem});
                }
                const std::lock_guard lock(mutex);
                summary_ += summary;
            });
        }
        for (std::thread& thread : threads) thread.join();
        return failures;
    }

    TestServer server_{two_threads()};
    WireHouse house_{server_.port(), {}};
    WireSummary summary_;
};

TEST_F(WireLaw, calls_with_losses_and_listeners_on_two_threads) {
    const std::uint64_t calls = from_environment("EARSHOT_WIRE_CALLS", 500);
    const std::uint64_t first_seed = from_environment("EARSHOT_WIRE_SEED", 20'000'000);

    const std::vector<Failure> failures = play(first_seed, calls);

    for (const Failure& failure : failures) {
        ADD_FAILURE() << "seed " << failure.seed << ": " << failure.problem << '\n'
                      << describe(make_wire_call(failure.seed));
    }
    if (!failures.empty() || calls < 60) return;
    EXPECT_GT(summary_.hits, calls) << "too little was heard for the test to mean something";
    EXPECT_GT(summary_.early_hits, calls / 2);
    EXPECT_GT(summary_.losses, calls);
    EXPECT_GT(summary_.sent_again, calls / 10);
    EXPECT_GT(summary_.changes, calls / 4);
}

}  // namespace
}  // namespace earshot::testing
