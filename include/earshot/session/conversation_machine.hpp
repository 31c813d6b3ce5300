#pragma once

#include "earshot/base/ids.hpp"
#include "earshot/base/time.hpp"
#include "earshot/detect/language_tools.hpp"
#include "earshot/detect/speaker_window.hpp"
#include "earshot/proto/server_codec.hpp"
#include "earshot/session/actions.hpp"
#include "earshot/session/limits.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace earshot::session {

/// Whether a scorer answers `Score`, and how its scores are read.
struct ScorerInfo {
    proto::TierStatus fuzzy = proto::TierStatus::absent;
    proto::TierStatus semantic = proto::TierStatus::absent;
    double default_threshold = 0.5;
};

/// Counters of one conversation, for metrics.
struct ConversationCounters {
    std::uint64_t chunks = 0;
    std::uint64_t utterances = 0;
    std::map<detect::Tier, std::uint64_t> confirmed_hits;
};

/// One conversation: who takes part, which trackers are active, what each speaker said, what was heard in it. It takes
/// what its sockets say and answers with actions.
///
/// A conversation begins with its first `join` and is over with the action Finished. Its order is the order of its
/// inputs. One thread; no I/O, no clock: `now` is an argument and must not decrease. `tools` and `ids` belong to that
/// thread and outlive it, as do `limits`.
class ConversationMachine {
public:
    ConversationMachine(const ConversationLimits& limits, const ScorerInfo& scorer, detect::LanguageTools& tools,
                        base::IdSource& ids);
    ~ConversationMachine();
    ConversationMachine(ConversationMachine&&) noexcept;

    const std::string& id() const noexcept;

    /// A publisher's start message. Answered by the start messages and Started, or by an error and Ended(failed).
    /// A start of a socket that takes part already is answered again and changes nothing.
    void join(SocketId socket, std::unique_ptr<proto::StartRequest> request, base::Now now);

    /// A chunk of a started socket.
    void speak(SocketId socket, const proto::TranscriptChunk& chunk, base::Now now);

    void modify(SocketId socket, const proto::ModifyRequest& request, base::Now now);

    /// The socket's client asked to stop. Answered by what is due, the stop messages and Ended.
    void stop(SocketId socket, base::Now now);

    /// The socket is gone without a stop: what it said is kept and completed. No answer.
    void leave(SocketId socket, base::Now now);

    /// The answer to Compile; `list` or why there is none (paths from the list's root).
    void compiled(std::uint64_t ticket, base::Result<std::shared_ptr<const detect::TrackerList>> list, base::Now now);

    /// The answer to Score. A ticket that is over is ignored.
    void scored(std::uint64_t ticket, std::vector<detect::Verdict> verdicts, base::Now now);

    /// Time has passed. To be called at or after `deadline`.
    void on_time(base::Now now);
    std::optional<base::MonotonicTime> deadline() const noexcept;

    bool is_finished() const noexcept;
    const ConversationCounters& counters() const noexcept;
    std::size_t memory_bytes() const noexcept;

    /// Moves the actions so far into `into` (cleared first), in their order.
    void take_actions(std::vector<ConversationAction>& into);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::session
