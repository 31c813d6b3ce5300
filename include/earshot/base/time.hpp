#pragma once

#include <chrono>

namespace earshot::base {

/// A span of time on the steady clock, as the core sees it. The core never reads a clock: time comes in as an argument.
using Duration = std::chrono::nanoseconds;

/// A moment of the steady clock; only differences mean something.
using MonotonicTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// A moment of the wall clock (UTC), for what people and files see.
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

/// Both clocks, read at the same moment by whoever drives the core.
struct Now {
    MonotonicTime monotonic{};
    WallTime wall{};
};

/// `duration` in seconds.
constexpr double to_seconds(Duration duration) noexcept {
    return std::chrono::duration<double>(duration).count();
}

/// Seconds as a Duration; values beyond +-1e9 s are clamped there, so that no arithmetic overflows.
constexpr Duration from_seconds(double seconds) noexcept {
    if (!(seconds > -1e9)) return Duration(std::chrono::seconds(-1'000'000'000));
    if (seconds > 1e9) return Duration(std::chrono::seconds(1'000'000'000));
    return Duration(static_cast<Duration::rep>(seconds * 1e9));
}

}  // namespace earshot::base
