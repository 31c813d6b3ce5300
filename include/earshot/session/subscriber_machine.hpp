#pragma once

#include "earshot/session/client_machine.hpp"

#include <cstdint>

namespace earshot::session {

/// The socket of a client that only listens. What it says is ignored, but for pings.
///
///     waiting ──Started──► following ──Ended(completed)──► closed
///        ▲ └────Ended(not_begun): another conversation is waited for
///        └─ from its begin; closed if none comes in time
class SubscriberMachine final : public ClientMachine {
public:
    /// `limits` outlives the socket. `now` is when the handshake ended. Leaves the action Subscribe.
    SubscriberMachine(const SocketLimits& limits, const Subscription& subscription, base::MonotonicTime now);

    void on_text(std::string_view message, std::size_t readable, base::MonotonicTime now) override;
    void on_binary(std::size_t bytes, base::MonotonicTime now) override;
    void on_started(base::MonotonicTime now) override;
    void on_ended(Ended::Why why, base::MonotonicTime now) override;
    void on_broadcast(const Broadcast& broadcast, base::MonotonicTime now) override;
    void on_shutdown(base::MonotonicTime now) override;

    /// Also while it waits for one.
    bool is_in_conversation() const noexcept override { return state_ != State::out; }

private:
    enum class State : std::uint8_t { waiting, following, out };

    std::optional<base::MonotonicTime> state_deadline() const noexcept override;
    void on_state_deadline(base::MonotonicTime now) override;
    void on_left() noexcept override { state_ = State::out; }
    std::int64_t offset_ms(base::MonotonicTime now) const noexcept override;

    const Subscription subscription_;
    State state_ = State::waiting;
    const base::MonotonicTime begin_;
};

}  // namespace earshot::session
