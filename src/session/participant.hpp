#pragma once

#include "earshot/base/time.hpp"
#include "earshot/proto/client_messages.hpp"
#include "earshot/proto/server_codec.hpp"
#include "earshot/session/actions.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace earshot::session {

/// One publisher's part in the conversation. It outlives its socket where the client may come back.
struct Participant {
    enum class State : std::uint8_t {
        compiling,  ///< its start waits for its trackers
        active,
        stopping,  ///< asked to stop; verdicts are outstanding
        leaving,   ///< lost for good; verdicts are outstanding
        paused,    ///< stopped, but its socket may start again
        absent,    ///< lost, but its speaker may come back
    };
    std::uint64_t number = 0;  ///< its name inside the conversation
    SocketId socket = 0;
    State state = State::compiling;
    std::unique_ptr<proto::StartRequest> request;
    base::Now origin;                    ///< of its first start: second 0 of its axis
    base::MonotonicTime socket_start{};  ///< of its socket's first start: 0 of timeOffset
    std::optional<std::int64_t> last_seq;
    std::uint64_t ticket = 0;           ///< of the compilation it waits for
    std::optional<std::size_t> list;    ///< index of what it brought
    std::vector<std::string> pointers;  ///< of that list's trackers, in its start message
    std::vector<proto::IgnoredTracker> ignored;
    base::Duration pause{};
    std::optional<base::MonotonicTime> due;  ///< when `paused` or `absent` is over
};

}  // namespace earshot::session
