#pragma once

#include "earshot/session/actions.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>

namespace earshot::session {

/// What became of a frame that was given to an outbox.
enum class Verdict : std::uint8_t {
    queued,     ///< it will be sent
    congested,  ///< it will be sent, but the client is behind
    dropped,    ///< the client is behind and the frame could be spared
};

/// Frames that wait to be written to one client. Bounded: beyond `max_bytes` or `max_frames` passing frames are dropped
/// and the client counts as behind until half of it is written. Frames in flight count until `written`. An empty one
/// takes a frame of any size, since nothing else would be written that could end its being behind.
class Outbox {
public:
    Outbox(std::size_t max_bytes, std::size_t max_frames) : max_bytes_(max_bytes), max_frames_(max_frames) {}

    Verdict push(Frame frame, Importance importance);

    /// The next frame to write, now in flight; null if none waits.
    Frame take_next();

    /// The oldest frame in flight is written.
    void written() noexcept;

    /// Forgets what is not in flight.
    void clear() noexcept;

    bool empty() const noexcept { return waiting_.empty() && in_flight_.empty(); }
    bool has_next() const noexcept { return !waiting_.empty(); }
    bool is_behind() const noexcept { return behind_; }
    std::size_t bytes() const noexcept { return bytes_; }
    std::size_t frames() const noexcept { return waiting_.size() + in_flight_.size(); }

private:
    void catch_up() noexcept;

    std::deque<Frame> waiting_;
    std::deque<std::size_t> in_flight_;  // sizes
    std::size_t max_bytes_;
    std::size_t max_frames_;
    std::size_t bytes_ = 0;
    bool behind_ = false;
};

}  // namespace earshot::session
