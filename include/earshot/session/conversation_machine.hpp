#pragma once

#include "earshot/base/ids.hpp"
#include "earshot/base/time.hpp"
#include "earshot/detect/language_tools.hpp"
#include "earshot/detect/speaker_window.hpp"
#include "earshot/proto/server_codec.hpp"
#include "earshot/session/actions.hpp"
#include "earshot/session/limits.hpp"
#include "earshot/session/replay_budget.hpp"

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
    friend bool operator==(const ScorerInfo&, const ScorerInfo&) = default;
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
/// A conversation begins with its first `join` or `subscribe`, and is over with the action Finished, which the last
/// publisher's end brings. Its order is the order of its
/// inputs. One thread; no I/O, no clock: `now` is an argument and must not decrease. `tools` and `ids` belong to that
/// thread and outlive it, as do `limits` and `replay`.
class ConversationMachine {
public:
    ConversationMachine(const ConversationLimits& limits, const ScorerInfo& scorer, detect::LanguageTools& tools,
                        base::IdSource& ids, ReplayBudget& replay);
    ~ConversationMachine();
    ConversationMachine(ConversationMachine&&) noexcept;

    const std::string& id() const noexcept;

    /// A publisher's start message. Answered by the start messages and Started, or by an error and Ended(failed).
    /// A start of a socket that takes part already is answered again and changes nothing.
    void join(SocketId socket, std::unique_ptr<proto::StartRequest> request, base::Now now);

    /// A socket listens. It is told of the conversation when a publisher's start has succeeded, which may be now;
    /// Started follows. If none does before the conversation is over, it gets Ended(not_begun).
    void subscribe(SocketId socket, const Subscription& subscription, base::Now now);

    /// A chunk of a started socket.
    void speak(SocketId socket, const proto::TranscriptChunk& chunk, base::Now now);

    /// A change of what a started socket brought. Answered once: at once or, where trackers must be compiled, when they
    /// are, and before the stop messages.
    void modify(SocketId socket, proto::ModifyRequest request, base::Now now);

    /// A socket that follows revisions missed some and is to be told what is open.
    void refresh(SocketId socket);

    /// The socket's client asked to stop. Answered by what is due, the stop messages and Ended.
    void stop(SocketId socket, base::Now now);

    /// The socket is gone without a stop: what it said is kept and completed. No answer.
    void leave(SocketId socket, base::Now now);

    /// The server is shutting down: nobody who is gone is waited for any more.
    void shut_down(base::Now now);

    /// The account's stored trackers are others now: who follows them is to have them.
    void stored_changed();

    /// The answer to Compile. A ticket that is over is ignored.
    void compiled(std::uint64_t ticket, TrackerJobResult result, base::Now now);

    /// The answer to Prepare. A list that is none of the conversation's any more is ignored.
    void prepared(const detect::TrackerList& list, base::Now now);

    /// The answer to Score. A ticket that is over is ignored.
    void scored(std::uint64_t ticket, detect::Opinion opinion, base::Now now);

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
