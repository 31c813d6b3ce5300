#pragma once

#include "earshot/base/time.hpp"
#include "earshot/proto/client_messages.hpp"
#include "earshot/proto/server_codec.hpp"
#include "earshot/session/actions.hpp"
#include "earshot/session/tracker_job.hpp"

#include "following.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace earshot::session {

/// What one publisher brings, while it is being worked out.
struct TrackerCompilation {
    std::uint64_t ticket = 0;
    std::vector<proto::ModifyRequest> requests;  ///< to be answered, without their trackers; none: of a start message
};

/// One publisher's part in the conversation. It outlives its socket where the client may come back.
struct Participant {
    enum class State : std::uint8_t {
        compiling,  ///< its start waits for its trackers
        active,
        stopping,  ///< asked to stop; verdicts or a change of its trackers are outstanding
        leaving,   ///< lost for good; verdicts are outstanding
        paused,    ///< stopped, but its socket may start again
        absent,    ///< lost, but its speaker may come back
    };
    std::uint64_t number = 0;    ///< its name inside the conversation
    std::uint64_t replaces = 0;  ///< while it starts: whose place it takes if that succeeds
    SocketId socket = 0;
    State state = State::compiling;
    std::unique_ptr<proto::StartRequest> request;
    base::Now origin;                    ///< of its first start: second 0 of its axis
    base::MonotonicTime socket_start{};  ///< of its socket's first start: 0 of timeOffset
    std::optional<std::int64_t> last_seq;
    std::optional<std::size_t> slot;                ///< of the list that it brought
    std::shared_ptr<const StoredShare> stored;      ///< of that list
    bool shares_slot = false;                       ///< with publishers who brought an equal list and are gone
    bool is_prepared = false;                       ///< its list, for the tiers that take time
    std::optional<TrackerCompilation> compilation;  ///< under way
    std::vector<proto::ModifyRequest> changes;      ///< that wait for the compilation under way
    Following following;                            ///< where its request says so
    std::vector<proto::IgnoredTracker> ignored;     ///< of its start's trackers
    base::Duration pause{};
    std::optional<base::MonotonicTime> former_due;  ///< of the one that it replaces, once that has come
    std::optional<base::MonotonicTime> due;         ///< when `paused` or `absent` is over, or the change it waits for

    /// When something is due for it.
    std::optional<base::MonotonicTime> deadline() const noexcept {
        const auto follows = state == State::active ? following.deadline() : std::nullopt;
        return due && follows ? std::min(due, follows) : due ? due : follows;
    }

    bool is_going() const noexcept { return state == State::stopping || state == State::leaving; }

    void forget_changes() noexcept {
        compilation.reset();
        changes.clear();
        following.forget();
    }

    std::int64_t offset_ms(base::Now now) const noexcept {
        return std::chrono::duration_cast<std::chrono::milliseconds>(now.monotonic - socket_start).count();
    }
};

/// A socket that only listens.
struct Subscriber {
    SocketId socket = 0;
    Subscription subscription;
};

}  // namespace earshot::session
