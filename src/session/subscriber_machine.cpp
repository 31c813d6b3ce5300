#include "earshot/session/subscriber_machine.hpp"

#include <chrono>

namespace earshot::session {

using base::MonotonicTime;

SubscriberMachine::SubscriberMachine(const SocketLimits& limits, const Subscription& subscription, MonotonicTime now)
    : ClientMachine(limits), subscription_(subscription), begin_(now) {
    act(Subscribe{subscription_});
}

void SubscriberMachine::on_text(std::string_view message, std::size_t, MonotonicTime now) {
    if (!is_closed() && is_ping(message)) push(pong(), Importance::required, now);
}

void SubscriberMachine::on_binary(std::size_t, MonotonicTime) {}

void SubscriberMachine::on_started(MonotonicTime) {
    if (state_ == State::waiting) state_ = State::following;
}

void SubscriberMachine::on_ended(Ended::Why why, MonotonicTime) {
    if (is_closed()) return;
    if (why == Ended::Why::not_begun) {
        state_ = State::waiting;
        act(Subscribe{subscription_});
        return;
    }
    state_ = State::out;
    close(false);
}

void SubscriberMachine::on_broadcast(const Broadcast& broadcast, MonotonicTime now) {
    if (state_ != State::following) return;
    push_form(broadcast, subscription_.wishes, now);
}

// One that follows is told the end of its conversation, whose publishers are stopped too.
void SubscriberMachine::on_shutdown(MonotonicTime) {
    if (is_closed() || state_ == State::following) return;
    leave_conversation();
    close(false);
}

std::optional<MonotonicTime> SubscriberMachine::state_deadline() const noexcept {
    if (state_ != State::waiting) return std::nullopt;
    return begin_ + limits_.idle_start;
}

void SubscriberMachine::on_state_deadline(MonotonicTime) {
    leave_conversation();
    close(false);
}

std::int64_t SubscriberMachine::offset_ms(MonotonicTime now) const noexcept {
    return std::chrono::duration_cast<std::chrono::milliseconds>(now - begin_).count();
}

}  // namespace earshot::session
