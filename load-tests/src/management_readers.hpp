#pragma once

#include "earshot/app/ws_client.hpp"
#include "earshot/base/time.hpp"

#include "histogram.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace earshot::load {

/// What became of reads of stored trackers.
struct ManagementCounts {
    std::uint64_t answered = 0;     ///< with 200 and the same bytes as ever
    std::uint64_t failed = 0;       ///< in any other way
    std::uint64_t connections = 0;  ///< that were opened; more than were asked for: some were lost
    std::uint64_t bytes = 0;        ///< of the answers' bodies
    double seconds = 0;             ///< from the first read to the last answer
    double cpu_seconds = 0;         ///< of the readers' thread
    Histogram took;                 ///< from when a read was due to its answer; without a pace from when it was sent
    std::map<std::string, std::uint64_t> remarks;  ///< on those that failed, and how often each was made
};

/// Clients that read the stored trackers of their account over HTTP while others talk: every second read is the list,
/// the others are one tracker each, all in turn. They have a thread of their own, so that they are not in the way of
/// those whose answers are timed. Its owner is one thread.
class ManagementReaders {
public:
    struct Settings {
        app::WsUrl url;
        bool insecure = false;  ///< over TLS, any certificate is taken
        std::string access_token;
        std::size_t reads = 0;
        std::size_t connections = 1;       ///< kept alive; each has one read under way at most
        std::optional<double> per_second;  ///< of all together; none: each as soon as the one before was answered
        base::MonotonicTime begin;         ///< of the first read
    };

    /// Begins at once, if there is anything to read.
    explicit ManagementReaders(Settings settings);
    ~ManagementReaders();
    ManagementReaders(const ManagementReaders&) = delete;
    ManagementReaders& operator=(const ManagementReaders&) = delete;

    /// Ends them, whatever is still to be read, and tells what became of them.
    ManagementCounts stop();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::load
