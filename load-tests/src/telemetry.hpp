#pragma once

#include "histogram.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace earshot::load {

/// What all sessions of a run measure together. One thread.
struct Telemetry {
    Histogram heard;             ///< from the scheduled time of the chunk that lets a hit be heard to its first telling
    Histogram confirmed;         ///< from the scheduled time of the chunk that ends its utterance to its confirmation
    Histogram verdicts;          ///< the same for the hits that need a model
    Histogram messages;          ///< from the scheduled time of the chunk that ends an utterance to its messages
    Histogram starts;            ///< from the scheduled time of a connection to its started session
    Histogram lateness;          ///< of the generator itself: from the scheduled time of a chunk to its handing over
    Histogram delivered;         ///< from the scheduled time of a chunk to each subscriber's being told it
    Histogram delivered_to_all;  ///< the same to the last subscriber
    Histogram changed;           ///< from the scheduled time of a change of trackers to its answer

    std::uint64_t chunks_sent = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t events = 0;
    std::uint64_t bytes_received = 0;
    std::uint64_t not_foretold = 0;   ///< confirmed hits that need a model: counted, not compared
    std::uint64_t early_strange = 0;  ///< open hits that were told and not foretold
    std::uint64_t dangling = 0;       ///< open hits that were never confirmed or taken back
    std::uint64_t errors = 0;         ///< told by the server
    std::uint64_t deliveries = 0;     ///< events that subscribers were told
    std::uint64_t bytes_delivered = 0;
    std::uint64_t captions_spared = 0;     ///< that a subscriber was not told, being behind
    std::uint64_t captions_lost = 0;       ///< of finals, that a subscriber was not told
    std::uint64_t captions_strange = 0;    ///< that are of no chunk
    std::uint64_t deaf_subscriptions = 0;  ///< of those that never read, and how many the server ended
    std::uint64_t deaf_ended = 0;
    std::uint64_t changes_sent = 0;
    std::uint64_t changes_made = 0;
    std::uint64_t changes_refused = 0;
    std::uint64_t changes_strange = 0;             ///< answers to no change, or to one that was answered
    std::uint64_t changes_unanswered = 0;          ///< of sessions that were done
    base::MonotonicTime last_end{};                ///< of a session
    std::map<std::string, std::uint64_t> remarks;  ///< and how often each was made

    /// Keeps the first different remarks, for whoever looks for the cause.
    void remark(std::string text) {
        constexpr std::size_t k_most = 20;
        if (remarks.size() < k_most || remarks.contains(text)) ++remarks[std::move(text)];
    }
};

}  // namespace earshot::load
