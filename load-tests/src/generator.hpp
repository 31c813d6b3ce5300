#pragma once

#include "earshot/app/call_file.hpp"

#include "management_readers.hpp"
#include "pests.hpp"
#include "process_meter.hpp"
#include "talker.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace earshot::load {

/// What a run is told.
struct LoadOptions {
    std::string url = "ws://127.0.0.1:8080";
    std::string access_token;
    std::vector<std::string> call_files;
    std::string trackers_file;
    std::size_t sessions = 100;
    Pace pace;
    std::optional<double> ramp_seconds;  ///< over which sessions start; none: 200 a second
    double patience_seconds = 30;        ///< for the answer to a stop
    std::optional<detect::TierSet> tiers;
    std::string language = "en-US";
    std::size_t subscribers = 0;            ///< of each session
    std::size_t deaf_subscribers = 0;       ///< of each session, beside them
    double tracker_changes_per_minute = 0;  ///< of all sessions together
    std::size_t deaf = 0;
    std::size_t garbage = 0;
    std::size_t window = 0;  ///< 0: each chunk at its time; else at once, while so many or fewer are unanswered
    std::size_t management_reads = 0;  ///< of stored trackers over HTTP, while all sessions speak
    std::size_t management_connections = 50;
    std::optional<double> management_reads_per_second;  ///< none: as fast as they are answered
    bool insecure = false;                              ///< over TLS, any certificate is taken
    std::optional<int> server_pid;
    bool allow_remote = false;
};

/// Sessions by how they went.
struct OutcomeCounts {
    std::uint64_t done = 0;
    std::uint64_t drained = 0;
    std::uint64_t refused = 0;
    std::uint64_t broken = 0;
    std::uint64_t unfinished = 0;
};

/// Subscribers by what they were told.
struct AudienceCounts {
    std::uint64_t told_all = 0;    ///< all that their publisher was, and the end
    std::uint64_t told_less = 0;   ///< something else, or in another order
    std::uint64_t lost = 0;        ///< not told the end
    std::uint64_t left_alone = 0;  ///< their publisher was not told all itself
    std::uint64_t incomplete = 0;  ///< chunks that some of a session's subscribers were told and others were not
};

/// What a run brought.
struct LoadReport {
    LoadOptions options;
    std::size_t calls = 0;
    std::size_t trackers = 0;
    double seconds = 0;  ///< from the first connection to the end of the last session
    OutcomeCounts outcomes;
    std::uint64_t expected_hits = 0;
    std::uint64_t expected_early = 0;   ///< open hits of the sessions that were done
    std::uint64_t told_early = 0;       ///< of those, the ones that were told
    Agreement agreement;                ///< of all sessions that started
    std::uint64_t drained_in_full = 0;  ///< drained sessions that were told all that was due
    base::Duration
        oldest_untaken{};  ///< the longest time before its end that a drained session's untaken chunk was sent
    std::unique_ptr<Telemetry> telemetry = std::make_unique<Telemetry>();
    PestCounts pests;
    ManagementCounts management;
    AudienceCounts audience;
    std::optional<ProcessState> server_before;
    std::optional<ProcessState> server_listening;  ///< when all subscribers had come
    std::optional<ProcessState> server_after;      ///< the last state seen
    double own_cpu_seconds = 0;                    ///< without that of the readers of stored trackers

    /// All sessions ended as they should and were told exactly what was due.
    bool is_clean() const noexcept;
};

/// Plays the load. Errors: unusable files or options (nothing was connected then).
base::Result<LoadReport> run_load(const LoadOptions& options);

/// Whether `host` names this machine: 127.0.0.0/8, ::1 or localhost.
bool is_loopback(const std::string& host);

}  // namespace earshot::load
