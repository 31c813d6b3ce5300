#include "earshot/session/socket_machine.hpp"

#include "earshot/proto/server_codec.hpp"

#include <algorithm>
#include <utility>

namespace earshot::session {
namespace {

using base::Errc;
using base::Error;
using base::MonotonicTime;
using proto::ClientMessageKind;

}  // namespace

SocketMachine::SocketMachine(const SocketLimits& limits, proto::ClientCodec& codec, MonotonicTime now)
    : ClientMachine(limits), codec_(codec), state_since_(now) {}

void SocketMachine::on_text(std::string_view message, std::size_t readable, MonotonicTime now) {
    if (is_closed()) return;
    if (must_wait() && !is_ping(message)) {
        wait(message, now);
    } else {
        take(message, readable, Chunk::borrowed, now);
    }
}

void SocketMachine::take(std::string_view message, std::size_t readable, Chunk chunk, MonotonicTime now) {
    // A recogniser's event that is too long is not said, and must not count as if it were.
    const bool may_be_said = message.size() <= limits_.text_frame_bytes;
    const auto kind = codec_.parse(message, readable, may_be_said ? &source_ : nullptr);
    const bool may_be_long = kind && (*kind == ClientMessageKind::start || *kind == ClientMessageKind::modify);
    const std::size_t limit = may_be_long ? limits_.start_frame_bytes : limits_.text_frame_bytes;
    if (message.size() > limit) {
        ++counters_.limit_hits;
        refuse_message({Errc::frame_too_large, "the message is over " + std::to_string(limit) + " bytes", {}, {}}, now);
    } else if (!kind) {
        refuse_message(kind.error(), now);
    } else {
        act_on(*kind, chunk, now);
    }
}

// A start message that is wrong fails as a whole, unless the session has started and only repeats it.
void SocketMachine::refuse_message(const Error& error, MonotonicTime now) {
    const bool fails_start = codec_.kind() == ClientMessageKind::start && state_ != State::active;
    tell_error(error, codec_.request_id(), now);
    if (fails_start && !is_closed()) {
        leave_conversation();
        close(false);
    }
}

void SocketMachine::act_on(ClientMessageKind kind, Chunk chunk, MonotonicTime now) {
    if (kind == ClientMessageKind::ping) {
        push(pong(), Importance::required, now);
        return;
    }
    if (kind == ClientMessageKind::start) {
        start(now);
        return;
    }
    const bool can_stop = state_ == State::active || state_ == State::paused;
    if (kind == ClientMessageKind::stop ? !can_stop : state_ != State::active) {
        // What comes after the stop messages is late, not wrong.
        if (state_ != State::lingering) {
            tell_error({Errc::not_started, "no start_request came before", {}, {}}, codec_.request_id(), now);
        }
        return;
    }
    switch (kind) {
        case ClientMessageKind::transcript:
            for (const proto::TranscriptChunk& said : codec_.chunks()) speak(said, chunk);
            break;
        case ClientMessageKind::modify:
            act(Modify{std::move(codec_.modify())});
            break;
        case ClientMessageKind::stop:
            enter(State::stopping, now);
            act(Stop{});
            break;
        case ClientMessageKind::start:
        case ClientMessageKind::ping:
            break;
    }
}

void SocketMachine::speak(const proto::TranscriptChunk& said, Chunk chunk) {
    if (chunk == Chunk::borrowed) {
        act(Speak{&said, nullptr});
    } else {
        auto owned = std::make_unique<const proto::TranscriptChunk>(said);
        const proto::TranscriptChunk* view = owned.get();
        act(Speak{view, std::move(owned)});
    }
}

void SocketMachine::start(MonotonicTime now) {
    if (is_shutting_down_ && state_ != State::active) {
        refuse_message({Errc::draining, "the server is shutting down", {}, {}}, now);
        return;
    }
    if (!first_start_) first_start_ = now;
    auto request = std::make_unique<proto::StartRequest>(std::move(codec_.start()));
    if (state_ != State::active) {  // an SDK repeats a start that it holds for lost; it is answered and changes nothing
        wishes_ = request->wishes;
        source_ = proto::RecogniserSource(request->transcript_format, request->channels);
        forget_missed();
        enter(State::starting, now);
    }
    act(Join{std::move(request)});
}

void SocketMachine::wait(std::string_view message, MonotonicTime now) {
    if (waiting_.size() >= limits_.waiting_frames || waiting_bytes_ + message.size() > limits_.waiting_bytes) {
        ++counters_.limit_hits;
        const auto ignored = codec_.parse(message, message.size());  // only for whose answer this is
        tell_error({Errc::queue_full, "too much is waiting behind the start or stop message", {}, {}},
                   codec_.request_id(), now);
        return;
    }
    waiting_bytes_ += message.size();
    waiting_.emplace_back(message);
}

void SocketMachine::release_waiting(MonotonicTime now) {
    while (!waiting_.empty() && !must_wait() && !is_closed()) {
        const std::string message = std::move(waiting_.front());
        waiting_.pop_front();
        waiting_bytes_ -= message.size();
        take(message, message.size(), Chunk::owned, now);
    }
}

void SocketMachine::on_binary(std::size_t, MonotonicTime now) {
    if (state_ != State::active || told_no_recognizer_) return;
    told_no_recognizer_ = true;
    tell_error({Errc::no_recognizer, "audio is ignored: no recognizer is set up", {}, {}}, {}, now);
}

void SocketMachine::on_started(MonotonicTime now) {
    if (state_ == State::starting) enter(State::active, now);
    release_waiting(now);
}

void SocketMachine::on_ended(Ended::Why why, MonotonicTime now) {
    if (is_closed()) return;
    switch (why) {
        case Ended::Why::completed:
            // A start may have crossed the end of what was paused: it begins anew.
            if (state_ != State::starting) enter(State::lingering, now);
            break;
        case Ended::Why::paused:
            enter(State::paused, now);
            if (is_shutting_down_) {  // nothing will be resumed: its end is told
                enter(State::stopping, now);
                act(Stop{});
            }
            break;
        case Ended::Why::failed:
        case Ended::Why::replaced:
        case Ended::Why::not_begun:
            state_ = State::idle;  // no longer in the conversation
            close(false);
            return;
    }
    release_waiting(now);
}

void SocketMachine::on_broadcast(const Broadcast& broadcast, MonotonicTime now) {
    if (state_ != State::active && state_ != State::stopping) return;
    if (broadcast.is_caption ? !wishes_.transcript : broadcast.is_interim && !wishes_.interim_results) {
        return;
    }
    push_form(broadcast, wishes_, now);
}

void SocketMachine::on_shutdown(MonotonicTime now) {
    if (is_closed()) return;
    is_shutting_down_ = true;
    switch (state_) {
        case State::active:
        case State::paused:
            enter(State::stopping, now);
            act(Stop{});
            break;
        case State::starting:
            waiting_.emplace_back(R"({"type":"stop_request"})");
            waiting_bytes_ += waiting_.back().size();
            break;
        case State::idle:
        case State::lingering:
            leave_conversation();
            close(false);
            break;
        case State::stopping:
            break;
    }
}

std::optional<MonotonicTime> SocketMachine::state_deadline() const noexcept {
    if (state_ == State::lingering) return state_since_ + limits_.stop_grace;
    if (state_ == State::idle) return state_since_ + limits_.idle_start;
    return std::nullopt;
}

void SocketMachine::on_state_deadline(MonotonicTime) {
    close(false);
}

void SocketMachine::on_left() noexcept {
    state_ = State::idle;
    if (!is_closed()) return;
    waiting_.clear();
    waiting_bytes_ = 0;
}

bool SocketMachine::is_in_conversation() const noexcept {
    return state_ == State::starting || state_ == State::active || state_ == State::stopping || state_ == State::paused;
}

void SocketMachine::enter(State state, MonotonicTime now) {
    state_ = state;
    state_since_ = now;
}

std::int64_t SocketMachine::offset_ms(MonotonicTime now) const noexcept {
    return first_start_ ? std::chrono::duration_cast<std::chrono::milliseconds>(now - *first_start_).count() : 0;
}

}  // namespace earshot::session
