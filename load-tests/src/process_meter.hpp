#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace earshot::load {

/// What the kernel says of a process.
struct ProcessState {
    double cpu_seconds = 0;  ///< user and system, of all its threads, since it began
    std::uint64_t rss_bytes = 0;
    std::uint64_t peak_rss_bytes = 0;
};

/// Reads the state from the texts of /proc/<pid>/stat and /proc/<pid>/status; none if they are no such texts.
std::optional<ProcessState> parse_process_state(std::string_view stat, std::string_view status, long ticks_per_second);

/// The state of a process; none if there is none with this number.
std::optional<ProcessState> read_process_state(int pid);

}  // namespace earshot::load
