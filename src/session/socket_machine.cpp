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

// Required frames are never dropped, so a client that is far beyond its limit is given up before its time is.
constexpr std::size_t k_hopeless = 4;

const Frame& pong() {
    static const Frame frame = std::make_shared<const std::string>(proto::k_pong);
    return frame;
}

bool is_ping(std::string_view message) noexcept {
    return message.size() < 32 && message.find("__PING__") != std::string_view::npos &&
           message.find('{') == message.npos;
}

}  // namespace

SocketMachine::SocketMachine(const SocketLimits& limits, proto::ClientCodec& codec, MonotonicTime now)
    : limits_(limits), codec_(codec), outbox_(limits.outbox_bytes, limits.outbox_frames), state_since_(now) {}

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
        act(*kind, chunk, now);
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

void SocketMachine::act(ClientMessageKind kind, Chunk chunk, MonotonicTime now) {
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
            actions_.emplace_back(Modify{codec_.modify()});
            break;
        case ClientMessageKind::stop:
            enter(State::stopping, now);
            actions_.emplace_back(Stop{});
            break;
        case ClientMessageKind::start:
        case ClientMessageKind::ping:
            break;
    }
}

void SocketMachine::speak(const proto::TranscriptChunk& said, Chunk chunk) {
    ++counters_.chunks;
    if (chunk == Chunk::borrowed) {
        actions_.emplace_back(Speak{&said, nullptr});
    } else {
        auto owned = std::make_unique<const proto::TranscriptChunk>(said);
        const proto::TranscriptChunk* view = owned.get();
        actions_.emplace_back(Speak{view, std::move(owned)});
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
        enter(State::starting, now);
    }
    actions_.emplace_back(Join{std::move(request)});
}

void SocketMachine::wait(std::string_view message, MonotonicTime now) {
    if (waiting_.size() >= limits_.waiting_frames || waiting_bytes_ + message.size() > limits_.waiting_bytes) {
        ++counters_.limit_hits;
        tell_error({Errc::queue_full, "too much is waiting behind the start or stop message", {}, {}}, {}, now);
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

void SocketMachine::on_gone(MonotonicTime now) {
    if (is_closed()) return;
    leave_conversation();
    enter(State::closed, now);
}

void SocketMachine::on_started(MonotonicTime now) {
    if (state_ == State::starting) enter(State::active, now);
    release_waiting(now);
}

void SocketMachine::on_ended(Ended::Why why, MonotonicTime now) {
    if (is_closed()) return;
    switch (why) {
        case Ended::Why::completed:
            enter(State::lingering, now);
            break;
        case Ended::Why::paused:
            enter(State::paused, now);
            if (is_shutting_down_) {
                leave_conversation();
                close(false);
            }
            break;
        case Ended::Why::failed:
        case Ended::Why::replaced:
            state_ = State::idle;  // no longer in the conversation
            close(false);
            return;
    }
    release_waiting(now);
}

void SocketMachine::on_tell(Frame frame, MonotonicTime now) {
    if (!is_closed()) push(std::move(frame), Importance::required, now);
}

void SocketMachine::on_broadcast(const Broadcast& broadcast, MonotonicTime now) {
    if (state_ != State::active && state_ != State::stopping) return;
    if (broadcast.is_caption ? !wishes_.transcript
                             : broadcast.importance == Importance::passing && !wishes_.interim_results) {
        return;
    }
    const Frame& frame = wishes_.revisions ? broadcast.revised : broadcast.plain;
    if (frame) push(frame, broadcast.importance, now);
}

void SocketMachine::on_refused(const Error& error, MonotonicTime now) {
    if (is_closed()) return;
    leave_conversation();
    tell_error(error, {}, now);
    close(false);
}

void SocketMachine::on_shutdown(MonotonicTime now) {
    is_shutting_down_ = true;
    switch (state_) {
        case State::active:
            enter(State::stopping, now);
            actions_.emplace_back(Stop{});
            break;
        case State::starting:
            waiting_.emplace_back(R"({"type":"stop_request"})");
            waiting_bytes_ += waiting_.back().size();
            break;
        case State::idle:
        case State::paused:
        case State::lingering:
            leave_conversation();
            close(false);
            break;
        case State::stopping:
        case State::closed:
            break;
    }
}

void SocketMachine::on_time(MonotonicTime now) {
    const auto due = deadline();
    if (!due || now < *due) return;
    if (outbox_.is_behind() && behind_since_ && now - *behind_since_ >= limits_.slow_client) {
        ++counters_.limit_hits;
        leave_conversation();
        outbox_.clear();
        tell_error({Errc::slow_client, "messages were not read in time", {}, {}}, {}, now);
        close(true);
    } else if (state_ == State::lingering || state_ == State::idle) {
        close(false);
    }
}

std::optional<MonotonicTime> SocketMachine::deadline() const noexcept {
    std::optional<MonotonicTime> due;
    if (is_closed()) return due;
    if (outbox_.is_behind() && behind_since_) due = *behind_since_ + limits_.slow_client;
    if (state_ == State::lingering)
        due = std::min(due.value_or(MonotonicTime::max()), state_since_ + limits_.stop_grace);
    if (state_ == State::idle) due = std::min(due.value_or(MonotonicTime::max()), state_since_ + limits_.idle_start);
    return due;
}

bool SocketMachine::is_in_conversation() const noexcept {
    return state_ == State::starting || state_ == State::active || state_ == State::stopping || state_ == State::paused;
}

void SocketMachine::take_actions(std::vector<SocketAction>& into) {
    into.clear();
    into.swap(actions_);
}

void SocketMachine::enter(State state, MonotonicTime now) {
    state_ = state;
    state_since_ = now;
}

void SocketMachine::push(Frame frame, Importance importance, MonotonicTime now) {
    const bool was_behind = outbox_.is_behind();
    const Verdict verdict = outbox_.push(std::move(frame), importance);
    if (verdict == Verdict::dropped) ++counters_.interim_dropped;
    if (!was_behind && outbox_.is_behind()) behind_since_ = now;
    if (outbox_.bytes() > k_hopeless * limits_.outbox_bytes || outbox_.frames() > k_hopeless * limits_.outbox_frames) {
        ++counters_.limit_hits;
        leave_conversation();
        outbox_.clear();
        close(true);
    }
}

void SocketMachine::send(std::string text, MonotonicTime now) {
    push(std::make_shared<const std::string>(std::move(text)), Importance::required, now);
}

// `request_id` is that of the message that caused the error: the codec's, only while it holds that message, since it
// serves other sockets too.
void SocketMachine::tell_error(const Error& error, std::string_view request_id, MonotonicTime now) {
    ++counters_.errors;
    send(proto::error_message(error, request_id, offset_ms(now)), now);
}

void SocketMachine::leave_conversation() {
    if (is_in_conversation()) actions_.emplace_back(Leave{});
    if (state_ != State::closed) state_ = State::idle;
}

void SocketMachine::close(bool at_once) {
    if (is_closed()) return;
    state_ = State::closed;
    waiting_.clear();
    waiting_bytes_ = 0;
    actions_.emplace_back(Close{1000, {}, at_once});
}

std::int64_t SocketMachine::offset_ms(MonotonicTime now) const noexcept {
    return first_start_ ? std::chrono::duration_cast<std::chrono::milliseconds>(now - *first_start_).count() : 0;
}

}  // namespace earshot::session
