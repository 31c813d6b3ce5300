#pragma once

#include "support/net/clients.hpp"
#include "support/net/wire_call.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

namespace earshot::testing {

/// Where calls are played.
struct WireHouse {
    Port port;

    /// Held while connections are made: a server hands them to its threads in turn, so that two made one right after
    /// the other live on two of them.
    std::mutex door;
    bool may_miss = false;  ///< clients that read late are spared interim hits and captions
};

struct WireSummary {
    std::size_t hits = 0;
    std::size_t early_hits = 0;
    std::size_t responses = 0;  ///< final ones
    std::size_t losses = 0;
    std::size_t sent_again = 0;  ///< chunks
    std::size_t changes = 0;
    std::size_t gaps = 0;  ///< what somebody wanted to hear again was no longer kept
    WireSummary& operator+=(const WireSummary& other) noexcept;
};

/// Plays the call under a connection id of its own and holds all that anybody is told to the contract: the confirmed
/// hits are those of the oracle, all clients are told the same, and nothing twice or out of order. Returns the first
/// breach; empty: none.
std::string run_wire_call(const WireCall& call, const std::string& connection_id, WireHouse& house,
                          WireSummary& summary);

}  // namespace earshot::testing
