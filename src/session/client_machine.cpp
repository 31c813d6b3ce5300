#include "earshot/session/client_machine.hpp"

#include "earshot/proto/server_codec.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace earshot::session {
namespace {

using base::Errc;
using base::MonotonicTime;

// Required frames are never dropped, so a client that is far beyond its limit is given up before its time is.
constexpr std::size_t k_hopeless = 4;

}  // namespace

ClientMachine::ClientMachine(const SocketLimits& limits)
    : limits_(limits), outbox_(limits.outbox_bytes, limits.outbox_frames) {}

void ClientMachine::on_gone() {
    if (is_closed()) return;
    leave_conversation();
    is_closed_ = true;
}

void ClientMachine::on_tell(const Tell& tell, MonotonicTime now) {
    if (is_closed()) return;
    if (tell.is_open_hits) forget_missed();
    push(tell.frame, Importance::required, now);
}

void ClientMachine::on_refused(const base::Error& error, MonotonicTime now) {
    if (is_closed()) return;
    leave_conversation();
    tell_error(error, {}, now);
    close(false);
}

void ClientMachine::on_time(MonotonicTime now) {
    if (is_closed()) return;
    if (outbox_.is_behind() && behind_since_ && now - *behind_since_ >= limits_.slow_client) {
        ++counters_.limit_hits;
        leave_conversation();
        outbox_.clear();
        tell_error({Errc::slow_client, "messages were not read in time", {}, {}}, {}, now);
        close(true);
        return;
    }
    const auto due = state_deadline();
    if (due && now >= *due) on_state_deadline(now);
}

std::optional<MonotonicTime> ClientMachine::deadline() const noexcept {
    if (is_closed()) return std::nullopt;
    std::optional<MonotonicTime> due = state_deadline();
    if (outbox_.is_behind() && behind_since_) {
        due = std::min(due.value_or(MonotonicTime::max()), *behind_since_ + limits_.slow_client);
    }
    return due;
}

void ClientMachine::take_actions(std::vector<SocketAction>& into) {
    into.clear();
    into.swap(actions_);
}

void ClientMachine::push_form(const Broadcast& broadcast, const proto::ListenerWishes& wishes, MonotonicTime now) {
    const Frame& frame = broadcast.form(wishes);
    if (wishes.revisions) {
        push_revised(broadcast, frame, now);
    } else if (frame) {
        push(frame, broadcast.importance, now);
    }
}

void ClientMachine::push_revised(const Broadcast& broadcast, const Frame& frame, MonotonicTime now) {
    if (!broadcast.is_interim || missed_ == Missed::nothing) {
        const bool is_dropped = frame && push(frame, broadcast.importance, now) == Verdict::dropped;
        if (is_dropped && broadcast.is_interim) missed_ = Missed::interims;
    } else {
        ++counters_.interim_dropped;
    }
    if (missed_ == Missed::interims && !outbox_.is_behind()) {
        missed_ = Missed::and_asked;
        act(Refresh{});
    }
}

Verdict ClientMachine::push(Frame frame, Importance importance, MonotonicTime now) {
    if (now != turn_) {
        turn_ = now;
        unread_ = {outbox_.bytes(), outbox_.frames()};
    }
    const bool was_behind = outbox_.is_behind();
    const Verdict verdict = outbox_.push(std::move(frame), importance);
    if (verdict == Verdict::dropped) ++counters_.interim_dropped;
    if (!was_behind && outbox_.is_behind()) behind_since_ = now;
    if (unread_.bytes > k_hopeless * limits_.outbox_bytes || unread_.frames > k_hopeless * limits_.outbox_frames) {
        ++counters_.limit_hits;
        leave_conversation();
        outbox_.clear();
        close(true);
    }
    return verdict;
}

void ClientMachine::tell_error(const base::Error& error, std::string_view request_id, MonotonicTime now) {
    ++counters_.errors;
    push(std::make_shared<const std::string>(proto::error_message(error, request_id, offset_ms(now))),
         Importance::required, now);
}

void ClientMachine::leave_conversation() {
    if (is_in_conversation()) act(Leave{});
    on_left();
}

void ClientMachine::close(bool at_once) {
    if (is_closed()) return;
    is_closed_ = true;
    on_left();
    act(Close{1000, {}, at_once});
}

bool is_ping(std::string_view message) noexcept {
    return message.size() < 32 && message.find("__PING__") != std::string_view::npos &&
           message.find('{') == std::string_view::npos;
}

const Frame& pong() {
    static const Frame frame = std::make_shared<const std::string>(proto::k_pong);
    return frame;
}

}  // namespace earshot::session
