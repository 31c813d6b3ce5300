// The law over the wire: whatever is lost on the way, whoever listens and whichever threads the sockets live on, the
// confirmed hits are those that plain nested loops hear in the final utterances, and every client is told the same.
//
// EARSHOT_WIRE_CALLS sets how many calls are played (default 500; over TLS a fifth of them), EARSHOT_WIRE_SEED the
// first one's seed.
#include "support/environment.hpp"
#include "support/net/each_transport.hpp"
#include "support/net/test_server.hpp"
#include "support/net/wire_run.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace earshot::testing {
namespace {

using support::from_environment;

constexpr std::size_t k_calls_at_a_time = 4;
constexpr std::uint64_t k_enough_calls = 60;  // to expect something of them on the whole

// Clients that read late are spared nothing.
constexpr std::size_t k_large_outbox = 64 * 1024 * 1024;

net::ServerOptions two_threads(std::size_t replay_bytes, std::size_t outbox_bytes) {
    net::ServerOptions options;
    options.io_threads = 2;
    options.conversation.replay_bytes = replay_bytes;
    options.socket.outbox_bytes = outbox_bytes;
    options.socket.slow_client = std::chrono::minutes(10);  // a client may have to wait for its turn on this machine
    options.socket.outbox_frames = 1024 * 1024;
    return options;
}

/// Plays calls, several at a time, on a server of two threads.
class CallHouse {
public:
    CallHouse(Transport transport, std::size_t replay_bytes, std::size_t outbox_bytes = k_large_outbox)
        : server_(two_threads(replay_bytes, outbox_bytes), {}, transport) {
        house_.port = server_.port();
        house_.may_miss = outbox_bytes < k_large_outbox;
    }

    /// Stops at the first call that fails, and reports it.
    void play(std::uint64_t first_seed, std::uint64_t count, Witness witness) {
        std::atomic<std::uint64_t> next = 0;
        std::mutex mutex;
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < k_calls_at_a_time; ++i) {
            threads.emplace_back([&] {
                WireSummary summary;
                for (std::uint64_t n = next++; n < count; n = next++) {
                    const std::uint64_t seed = first_seed + n;
                    const WireCall call = make_wire_call(seed, witness);
                    const std::string problem = run_wire_call(call, std::to_string(seed), house_, summary);
                    if (problem.empty()) continue;
                    next = count;
                    const std::lock_guard lock(mutex);
                    ADD_FAILURE() << "seed " << seed << ": " << problem << '\n' << describe(call);
                }
                const std::lock_guard lock(mutex);
                summary_ += summary;
            });
        }
        for (std::thread& thread : threads) thread.join();
    }

    const WireSummary& summary() const { return summary_; }

private:
    TestServer server_;
    WireHouse house_;
    WireSummary summary_;
};

std::uint64_t first_seed(std::uint64_t otherwise) {
    return from_environment("EARSHOT_WIRE_SEED", otherwise);
}

class WireLaw : public EachTransport {
protected:
    /// Over TLS most of the time goes into shaking hands, and what is told is the same.
    static std::uint64_t calls_to_play() {
        const std::uint64_t calls = from_environment("EARSHOT_WIRE_CALLS", 500);
        return transport() == Transport::tls ? (calls + 4) / 5 : calls;
    }
};

TEST_P(WireLaw, calls_with_losses_and_listeners_on_two_threads) {
    CallHouse house(transport(), 16 * 1024 * 1024);  // what is told again has no gap
    const std::uint64_t calls = calls_to_play();

    house.play(first_seed(20'000'000), calls, Witness::no);

    const WireSummary& summary = house.summary();
    EXPECT_EQ(summary.gaps, 0U);
    if (HasFailure() || calls < k_enough_calls) return;
    EXPECT_GT(summary.hits, calls) << "too little was heard for the test to mean something";
    EXPECT_GT(summary.early_hits, calls / 2);
    EXPECT_GT(summary.losses, calls);
    EXPECT_GT(summary.sent_again, calls / 10);
    EXPECT_GT(summary.changes, calls / 4);
}

// Whoever comes back too late is told from where on it is told all, and is.
TEST_P(WireLaw, calls_of_which_little_is_kept) {
    CallHouse house(transport(), 4 * 1024);
    const std::uint64_t calls = calls_to_play();

    house.play(first_seed(21'000'000), calls, Witness::yes);

    if (HasFailure() || calls < k_enough_calls) return;
    EXPECT_GT(house.summary().gaps, calls / 10);
}

// Whoever is spared interim hits is told what is open once it has caught up, and never of the end of a hit of whose
// beginning it was not told.
TEST_P(WireLaw, calls_of_clients_that_read_late) {
    CallHouse house(transport(), 32 * 1024, 24 * 1024);
    const std::uint64_t calls = calls_to_play();

    house.play(first_seed(22'000'000), calls, Witness::yes);
}

INSTANTIATE_TEST_SUITE_P(Over, WireLaw, each_transport(), transport_name);

}  // namespace
}  // namespace earshot::testing
