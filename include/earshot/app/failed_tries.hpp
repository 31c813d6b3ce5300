#pragma once

#include "earshot/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace earshot::app {

/// Remembers how often addresses failed, so that who guesses is slowed: k_free failures are forgiven, each further one
/// makes its address wait twice as long as the one before, up to k_longest_wait. An IPv6 address counts as its /64,
/// which one host owns. Of more addresses than fit, the one that failed longest ago is forgotten: what guessers may
/// fill is bounded, and costs nobody else anything.
///
/// Any thread may call anything.
class FailedTries {
public:
    static constexpr std::uint32_t k_free = 5;
    static constexpr base::Duration k_first_wait = std::chrono::seconds(1);
    static constexpr base::Duration k_longest_wait = std::chrono::seconds(30);
    static constexpr base::Duration k_memory = std::chrono::minutes(10);  ///< without a failure all are forgiven

    /// Remembers at most `addresses`; 0: none, and nobody is slowed.
    explicit FailedTries(std::size_t addresses);

    /// `client` (an address without port) failed.
    void add(std::string_view client, base::MonotonicTime now);

    /// `client` succeeded: it starts anew.
    void forgive(std::string_view client);

    /// How long `client` must still wait before it may try again; zero: it may now.
    base::Duration wait(std::string_view client, base::MonotonicTime now) const;

private:
    struct Entry {
        std::uint64_t network = 0;
        std::uint32_t failures = 0;
        base::MonotonicTime last{};
    };

    const std::size_t limit_;
    mutable std::mutex mutex_;
    std::list<Entry> entries_;  // who failed last comes first
    std::unordered_map<std::uint64_t, std::list<Entry>::iterator> places_;
};

}  // namespace earshot::app
