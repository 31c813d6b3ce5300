#include "earshot/session/outbox.hpp"

#include <utility>

namespace earshot::session {

Verdict Outbox::push(Frame frame, Importance importance) {
    const bool was_empty = empty();
    if (bytes_ + frame->size() > max_bytes_ || frames() >= max_frames_) behind_ = true;
    if (behind_ && importance == Importance::passing && !was_empty) return Verdict::dropped;
    bytes_ += frame->size();
    waiting_.push_back(std::move(frame));
    return behind_ ? Verdict::congested : Verdict::queued;
}

Frame Outbox::take_next() {
    if (waiting_.empty()) return nullptr;
    Frame frame = std::move(waiting_.front());
    waiting_.pop_front();
    in_flight_.push_back(frame->size());
    return frame;
}

void Outbox::written() noexcept {
    if (in_flight_.empty()) return;
    bytes_ -= in_flight_.front();
    in_flight_.pop_front();
    catch_up();
}

void Outbox::clear() noexcept {
    for (const Frame& frame : waiting_) bytes_ -= frame->size();
    waiting_.clear();
    catch_up();
}

void Outbox::catch_up() noexcept {
    if (bytes_ <= max_bytes_ / 2 && frames() <= max_frames_ / 2) behind_ = false;
}

}  // namespace earshot::session
