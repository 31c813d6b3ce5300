#pragma once

#include "earshot/app/server_event.hpp"
#include "earshot/base/time.hpp"
#include "earshot/proto/client_messages.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace earshot::app {

/// One step in a hit's life, as a client was told it.
struct HitNews {
    HeardHit hit;
    detect::HitState state = detect::HitState::created;
    std::optional<base::Duration> latency;  ///< from sending the chunk that it depends on; none where that is not known
};

/// What a call brought, in numbers.
struct CallSummary {
    std::uint64_t chunks = 0;
    std::uint64_t utterances = 0;
    std::uint64_t confirmed = 0;
    std::uint64_t retracted = 0;
    std::map<std::string, std::map<std::string, std::uint64_t>> hits;  ///< confirmed, by tracker and tier
    std::vector<base::Duration> heard;       ///< latencies of first hearing, where the hit was still open
    std::vector<base::Duration> confirming;  ///< latencies of confirmation
    std::vector<double> gained;              ///< seconds of the call by which interims told confirmed hits earlier
};

/// Follows a call from the client's side: which chunk each answer belongs to, and what became of every hit. No I/O, no
/// clock.
///
/// The server does not say which chunk an answer is for, but its text does: the messages of an ended utterance are the
/// text of that utterance, and an open hit's message is a part of what its chunk made the utterance say. Of several
/// chunks that fit, it is the first one that has not been passed.
class CallJournal {
public:
    /// A chunk was sent.
    void on_sent(const proto::TranscriptChunk& chunk, base::MonotonicTime now);

    /// The stop message was sent: it ends whatever is still open.
    void on_stop(base::MonotonicTime now);

    /// An event came. Returns what it tells about hits, in its order.
    std::vector<HitNews> on_event(const ServerEvent& event, base::MonotonicTime now);

    const CallSummary& summary() const noexcept { return summary_; }

private:
    struct Sent {
        std::string text;  ///< of the whole utterance, as it was known with this chunk
        bool ends = false;
        base::MonotonicTime time{};
        std::optional<double> call_time;
    };

    struct Utterance {
        std::string committed;
        std::string hypothesis;
    };

    struct Speaker {
        std::vector<Sent> sent;
        std::map<std::string, Utterance> open;
        std::size_t next_created = 0;  ///< chunks before it are passed
        std::size_t next_ended = 0;
    };

    void on_messages(const MessageEvent& event);
    const Sent* find_created(const HeardHit& hit);
    void take_down(const HitNews& news, const Sent* cause);

    std::map<std::string, Speaker> speakers_;
    std::map<std::string, Sent> message_causes_;  ///< by message id; without text
    std::map<std::string, double> created_at_;    ///< by hit id: seconds of the call
    CallSummary summary_;
};

}  // namespace earshot::app
