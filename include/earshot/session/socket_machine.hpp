#pragma once

#include "earshot/base/time.hpp"
#include "earshot/proto/client_codec.hpp"
#include "earshot/session/actions.hpp"
#include "earshot/session/limits.hpp"
#include "earshot/session/outbox.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::session {

/// Counters of one socket, for metrics; the transport reads and adds them up.
struct SocketCounters {
    std::uint64_t chunks = 0;
    std::uint64_t errors = 0;
    std::uint64_t interim_dropped = 0;
    std::uint64_t limit_hits = 0;
};

/// A publisher's socket without its transport: what the client says becomes actions, what it is told waits in an
/// outbox.
///
///     idle ──start──► starting ──Started──► active ──stop──► stopping ──Ended(completed)──► lingering ──► closed
///                     (messages wait)                     (messages wait)
///                        │    ▲                               │ Ended(paused)
///                        │    └─────────── start ── paused ◄──┘
///                        └──Ended(failed)──► closed
///
/// A start message is taken in every state but `starting` and `stopping`, where it waits.
///
/// Inputs return nothing; each may leave actions (`take_actions`) and frames in the outbox. An input after `is_closed`
/// does nothing. One thread; no I/O, no clock: `now` is an argument and must not decrease.
class SocketMachine {
public:
    /// `codec` belongs to the thread and outlives the socket. `now` is when the handshake ended.
    SocketMachine(const SocketLimits& limits, proto::ClientCodec& codec, base::MonotonicTime now);

    /// A whole text message. `readable`: how many bytes may be read from its begin (see ClientCodec::parse).
    void on_text(std::string_view message, std::size_t readable, base::MonotonicTime now);

    /// A whole binary message.
    void on_binary(std::size_t bytes, base::MonotonicTime now);

    /// The client closed or the connection broke.
    void on_gone(base::MonotonicTime now);

    /// The conversation's actions for this socket.
    void on_started(base::MonotonicTime now);
    void on_ended(Ended::Why why, base::MonotonicTime now);
    void on_tell(Frame frame, base::MonotonicTime now);
    void on_broadcast(const Broadcast& broadcast, base::MonotonicTime now);

    /// Tells the client of an error that lies outside the conversation and closes with 1000: shutting down, too many.
    void on_refused(const base::Error& error, base::MonotonicTime now);

    /// The server is shutting down: as if the client had asked to stop; an idle socket is closed.
    void on_shutdown(base::MonotonicTime now);

    /// Time has passed. To be called at or after `deadline`.
    void on_time(base::MonotonicTime now);
    std::optional<base::MonotonicTime> deadline() const noexcept;

    Outbox& outbox() noexcept { return outbox_; }
    bool is_closed() const noexcept { return state_ == State::closed; }
    bool is_in_conversation() const noexcept;
    const SocketCounters& counters() const noexcept { return counters_; }

    /// Moves the actions so far into `into` (cleared first), in their order.
    void take_actions(std::vector<SocketAction>& into);

private:
    enum class State : std::uint8_t { idle, starting, active, stopping, paused, lingering, closed };
    enum class Chunk : std::uint8_t { borrowed, owned };

    void take(std::string_view message, std::size_t readable, Chunk chunk, base::MonotonicTime now);
    void act(proto::ClientMessageKind kind, Chunk chunk, base::MonotonicTime now);
    void speak(const proto::TranscriptChunk& said, Chunk chunk);
    void start(base::MonotonicTime now);
    void enter(State state, base::MonotonicTime now);
    bool must_wait() const noexcept { return state_ == State::starting || state_ == State::stopping; }
    void wait(std::string_view message, base::MonotonicTime now);
    void release_waiting(base::MonotonicTime now);
    void send(std::string text, base::MonotonicTime now);
    void push(Frame frame, Importance importance, base::MonotonicTime now);
    void tell_error(const base::Error& error, std::string_view request_id, base::MonotonicTime now);
    void refuse_message(const base::Error& error, base::MonotonicTime now);
    void leave_conversation();
    void close(bool at_once);
    std::int64_t offset_ms(base::MonotonicTime now) const noexcept;

    const SocketLimits& limits_;
    proto::ClientCodec& codec_;
    proto::RecogniserSource source_;
    Outbox outbox_;
    SocketCounters counters_;
    State state_ = State::idle;
    proto::ListenerWishes wishes_;
    bool told_no_recognizer_ = false;
    bool is_shutting_down_ = false;
    std::deque<std::string> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::optional<base::MonotonicTime> first_start_;
    std::optional<base::MonotonicTime> behind_since_;  // when the client fell behind; stale once it has caught up
    base::MonotonicTime state_since_;
    std::vector<SocketAction> actions_;
};

}  // namespace earshot::session
