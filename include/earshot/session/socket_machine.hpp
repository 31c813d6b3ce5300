#pragma once

#include "earshot/base/time.hpp"
#include "earshot/proto/client_codec.hpp"
#include "earshot/proto/recogniser_source.hpp"
#include "earshot/session/client_machine.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace earshot::session {

/// A publisher's socket.
///
///     idle ──start──► starting ──Started──► active ──stop──► stopping ──Ended(completed)──► lingering ──► closed
///                     (messages wait)                     (messages wait)
///                        │    ▲                               │ Ended(paused)
///                        │    └─────────── start ── paused ◄──┘
///                        └──Ended(failed)──► closed
///
/// A start message is taken in every state but `starting` and `stopping`, where it waits.
class SocketMachine final : public ClientMachine {
public:
    /// `codec` belongs to the thread and outlives the socket, as does `limits`. `now` is when the handshake ended.
    SocketMachine(const SocketLimits& limits, proto::ClientCodec& codec, base::MonotonicTime now);

    void on_text(std::string_view message, std::size_t readable, base::MonotonicTime now) override;
    void on_binary(std::size_t bytes, base::MonotonicTime now) override;
    void on_started(base::MonotonicTime now) override;
    void on_ended(Ended::Why why, base::MonotonicTime now) override;
    void on_broadcast(const Broadcast& broadcast, base::MonotonicTime now) override;

    /// As if the client had asked to stop; an idle socket is closed.
    void on_shutdown(base::MonotonicTime now) override;

    bool is_in_conversation() const noexcept override;
    bool is_starting() const noexcept override { return state_ == State::starting; }

private:
    enum class State : std::uint8_t { idle, starting, active, stopping, paused, lingering };
    enum class Chunk : std::uint8_t { borrowed, owned };

    std::optional<base::MonotonicTime> state_deadline() const noexcept override;
    void on_state_deadline(base::MonotonicTime now) override;
    void on_left() noexcept override;
    std::int64_t offset_ms(base::MonotonicTime now) const noexcept override;

    void take(std::string_view message, std::size_t readable, Chunk chunk, base::MonotonicTime now);
    void act_on(proto::ClientMessageKind kind, Chunk chunk, base::MonotonicTime now);
    void speak(const proto::TranscriptChunk& said, Chunk chunk);
    void start(base::MonotonicTime now);
    void enter(State state, base::MonotonicTime now);
    bool must_wait() const noexcept { return state_ == State::starting || state_ == State::stopping; }
    void wait(std::string_view message, base::MonotonicTime now);
    void release_waiting(base::MonotonicTime now);
    void refuse_message(const base::Error& error, base::MonotonicTime now);

    proto::ClientCodec& codec_;
    proto::RecogniserSource source_;
    State state_ = State::idle;
    proto::ListenerWishes wishes_;
    bool told_no_recognizer_ = false;
    bool is_shutting_down_ = false;
    std::deque<std::string> waiting_;
    std::size_t waiting_bytes_ = 0;
    std::optional<base::MonotonicTime> first_start_;
    base::MonotonicTime state_since_;
};

}  // namespace earshot::session
