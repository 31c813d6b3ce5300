#include "talker.hpp"

#include <algorithm>

namespace earshot::load {
namespace {

using base::MonotonicTime;

// A confirmed hit refers to messages that were told shortly before it.
constexpr std::size_t k_messages_kept = 256;
// How far behind the foretold hits what is told may be, when a slow client is spared interims.
constexpr std::size_t k_early_ahead = 512;
constexpr std::size_t k_utterances_ahead = 64;

const std::shared_ptr<const std::string>& stop_frame() {
    static const auto frame = std::make_shared<const std::string>(R"({"type":"stop_request"})");
    return frame;
}

std::string spelled(const app::HeardHit& hit) {
    std::string text = hit.tracker + " \"" + hit.phrase + "\" (" + hit.tier + ")";
    for (const app::HeardPart& part : hit.parts) {
        text += " at " + std::to_string(part.begin) + ".." + std::to_string(part.end) + " of \"" + part.text + "\"";
    }
    return text;
}

/// Adds a tracker that nobody's words are of, or takes the one before away again.
std::string change_frame(std::size_t number, const std::string& request_id) {
    const std::string name = "load-change-" + std::to_string(number / 2);
    const std::string change = number % 2 == 0 ? R"("add":[{"id":")" + name + R"(","name":")" + name +
                                                     R"(","vocabulary":["qzx)" + name + R"("]}])"
                                               : R"("remove":[")" + name + R"("])";
    return R"({"type":"modify_request","requestId":")" + request_id + R"(","trackers":{)" + change + "}}";
}

}  // namespace

Talker::Talker(boost::asio::io_context& context, app::WsClient::Settings connection,
               std::shared_ptr<const std::string> start, const Part& part, const Schedule& schedule,
               Telemetry& telemetry)
    : start_(std::move(start)),
      part_(part),
      schedule_(schedule),
      telemetry_(telemetry),
      client_(context, std::move(connection),
              {{},
               [this](std::string_view frame) { on_frame(frame); },
               {},
               [this](const app::WsEnd& end) { on_end(end); }}) {}

std::optional<MonotonicTime> Talker::next_due() const noexcept {
    switch (state_) {
        case State::waiting:
            return schedule_.connect;
        case State::talking:
            return std::min({is_held_back() ? schedule_.stop : due_of(next_line_),
                             next_change().value_or(schedule_.stop), schedule_.stop});
        case State::stopping:
            return schedule_.give_up;
        case State::over:
            break;
    }
    return std::nullopt;
}

void Talker::on_due(MonotonicTime now) {
    switch (state_) {
        case State::waiting:
            state_ = State::talking;
            client_.connect();
            client_.send(start_);
            break;
        case State::talking:
            if (const auto change = next_change(); change && *change <= std::min(now, due_of(next_line_))) {
                send_change();
            } else if (may_speak(now)) {
                send_line(now);
            } else {
                send_stop();
            }
            break;
        case State::stopping:
            finish(started_ ? Outcome::unfinished : Outcome::refused);
            break;
        case State::over:
            break;
    }
}

void Talker::stop_early(MonotonicTime now) {
    if (state_ == State::waiting) finish(Outcome::refused);
    if (state_ != State::talking) return;
    schedule_.give_up = now + (schedule_.give_up - schedule_.stop);
    schedule_.stop = now;
    send_stop();
}

base::Duration Talker::age_of_untaken(std::size_t lines) const noexcept {
    if (lines >= next_line_ || !completed_at_) return {};
    return std::max(*completed_at_ - due_of(lines), base::Duration{});
}

MonotonicTime Talker::due_of(std::size_t line) const noexcept {
    if (line >= part_.script.size()) return schedule_.stop;
    if (schedule_.window == 0) return schedule_.speak + part_.script[line].due;
    return line < sent_.size() ? sent_[line] : schedule_.speak;
}

/// What was due before the stop is said, however late it is; with a window nothing is due.
bool Talker::may_speak(MonotonicTime now) const noexcept {
    if (next_line_ >= part_.script.size() || due_of(next_line_) >= schedule_.stop) return false;
    return schedule_.window == 0 || (now < schedule_.stop && !is_held_back());
}

bool Talker::is_held_back() const noexcept {
    return schedule_.window > 0 && next_line_ - lines_proven_ >= schedule_.window;
}

void Talker::send_line(MonotonicTime now) {
    const Line& line = part_.script[next_line_];
    if (schedule_.window > 0) sent_.push_back(now);
    telemetry_.lateness.record(now - due_of(next_line_));
    ++telemetry_.chunks_sent;
    telemetry_.bytes_sent += line.frame->size();
    client_.send(line.frame);
    ++next_line_;
}

/// Those that would come after the stop are not sent.
std::optional<MonotonicTime> Talker::next_change() const noexcept {
    if (next_change_ == schedule_.changes.size() || schedule_.changes[next_change_] >= schedule_.stop) {
        return std::nullopt;
    }
    return schedule_.changes[next_change_];
}

void Talker::send_change() {
    const std::string id = "change-" + std::to_string(next_change_);
    unanswered_.emplace(id, schedule_.changes[next_change_]);
    client_.send(std::make_shared<const std::string>(change_frame(next_change_, id)));
    ++telemetry_.changes_sent;
    ++next_change_;
}

void Talker::on_answer(const app::PlatformEvent& event, MonotonicTime now) {
    if (event.type == "session_modified" && event.request_id.empty()) return;  // no answer: a tier is ready
    const auto change = unanswered_.find(event.request_id);
    if (change == unanswered_.end()) {
        ++telemetry_.changes_strange;
        telemetry_.remark("an answer to no change: " + event.type + " \"" + event.request_id + "\"");
        return;
    }
    telemetry_.changed.record(now - change->second);
    unanswered_.erase(change);
    ++(event.type == "error" ? telemetry_.changes_refused : telemetry_.changes_made);
}

void Talker::send_stop() {
    state_ = State::stopping;
    stop_sent_ = true;
    client_.send(stop_frame());
}

void Talker::on_frame(std::string_view frame) {
    const MonotonicTime now = std::chrono::steady_clock::now();
    ++telemetry_.events;
    telemetry_.bytes_received += frame.size();
    finals_.take(frame);
    const auto event = app::parse_server_event(frame);
    if (!event) {
        ++telemetry_.errors;
        telemetry_.remark(event.error().message);
        return;
    }
    if (const auto* platform = std::get_if<app::PlatformEvent>(&*event)) on_platform(*platform, now);
    if (const auto* messages = std::get_if<app::MessageEvent>(&*event)) on_messages(*messages, now);
    if (const auto* trackers = std::get_if<app::TrackerEvent>(&*event)) on_hits(*trackers, now);
    if (schedule_.window == 0 || next_line_ == 0) return;
    while (state_ == State::talking && may_speak(now)) send_line(now);
}

void Talker::on_platform(const app::PlatformEvent& event, MonotonicTime now) {
    const bool is_answer = event.type == "session_modified" || (event.type == "error" && !event.request_id.empty());
    if (is_answer) on_answer(event, now);
    if (event.type == "error") {
        ++telemetry_.errors;
        telemetry_.remark("the server says " + event.code + ": " + event.message);
    } else if (event.type == "recognition_started" && !started_) {
        started_ = true;
        telemetry_.starts.record(now - schedule_.connect);
    } else if (event.type == "conversation_completed") {
        completed_ = true;
        completed_at_ = now;
    } else if (event.type == "recognition_stopped") {
        stopped_ = true;
    }
    // A session that the server ended by itself is left to it to close: that it does so properly is part of the test.
    if (completed_ && stopped_ && stop_sent_) client_.close();
    if (completed_ && state_ == State::talking) {
        state_ = State::stopping;
        schedule_.give_up = now + (schedule_.give_up - schedule_.stop);
    }
}

void Talker::on_messages(const app::MessageEvent& event, MonotonicTime now) {
    const std::uint64_t digest = digest_of(event);
    const auto& expected = part_.expectation.utterances;
    const std::size_t end = std::min(expected.size(), next_utterance_ + k_utterances_ahead);
    std::optional<MonotonicTime> due;
    for (std::size_t i = next_utterance_; i < end; ++i) {
        if (expected[i].digest != digest) continue;
        const std::size_t cause = expected[i].cause;
        if (cause < part_.script.size()) lines_proven_ = std::max(lines_proven_, cause + 1);
        due = due_of(cause);
        telemetry_.messages.record(now - *due);
        next_utterance_ = i + 1;
        break;
    }
    const auto utterance = static_cast<std::uint32_t>(told_.utterances.size());
    told_.utterances.push_back(digest);
    for (const app::HeardMessage& message : event.messages) messages_.push_back({message.id, utterance, due});
    while (messages_.size() > k_messages_kept) messages_.pop_front();
}

void Talker::on_hits(const app::TrackerEvent& event, MonotonicTime now) {
    for (const app::HeardHit& hit : event.hits) {
        switch (app::state_of(hit, event.is_final)) {
            case detect::HitState::created:
                open_hits_.insert(hit.id);
                on_early(hit, now);
                break;
            case detect::HitState::confirmed:
                open_hits_.erase(hit.id);
                on_confirmed(hit, now);
                break;
            case detect::HitState::retracted:
                open_hits_.erase(hit.id);
                break;
            case detect::HitState::updated:
                break;
        }
    }
}

void Talker::on_early(const app::HeardHit& hit, MonotonicTime now) {
    if (!is_foretold(hit.tier)) return;
    const std::uint64_t digest = digest_of(hit);
    const auto& early = part_.expectation.early;
    const std::size_t end = std::min(early.size(), next_early_ + k_early_ahead);
    is_early_told_.resize(early.size());
    for (std::size_t i = next_early_; i < end; ++i) {
        if (is_early_told_[i] || early[i].digest != digest) continue;
        is_early_told_[i] = true;
        ++early_told_;
        telemetry_.heard.record(now - due_of(early[i].cause));
        lines_proven_ = std::max(lines_proven_, early[i].cause + 1);
        // Others of the same chunk may still come, in another order.
        while (early[next_early_].cause < early[i].cause) ++next_early_;
        return;
    }
    ++telemetry_.early_strange;
    telemetry_.remark("heard early and not foretold: " + spelled(hit));
}

void Talker::on_confirmed(const app::HeardHit& hit, MonotonicTime now) {
    const auto message = std::find_if(messages_.rbegin(), messages_.rend(),
                                      [&](const auto& known) { return known.id == hit.parts.back().message_id; });
    const bool is_known = message != messages_.rend();
    if (!is_foretold(hit.tier)) {
        ++telemetry_.not_foretold;
        if (is_known && message->due) telemetry_.verdicts.record(now - *message->due);
        return;
    }
    if (is_known && message->due) telemetry_.confirmed.record(now - *message->due);
    told_.hits.push_back({digest_of(hit), is_known ? message->utterance : Told::k_nowhere});
    if (!is_known) telemetry_.remark("confirmed in a message that was not told: " + spelled(hit));
}

void Talker::on_end(const app::WsEnd& end) {
    if (!end.was_open || !started_) {
        telemetry_.remark("refused: " + (end.reason.empty() ? "close code " + std::to_string(end.code) : end.reason));
        finish(Outcome::refused);
    } else if (!completed_ || !stopped_ || end.code != 1000) {
        telemetry_.remark("broken: close code " + std::to_string(end.code) + " " + end.reason +
                          (completed_ ? "" : ", conversation not completed"));
        finish(Outcome::broken);
    } else {
        finish(stop_sent_ ? Outcome::done : Outcome::drained);
    }
}

void Talker::finish(Outcome outcome) {
    state_ = State::over;
    outcome_ = outcome;
    telemetry_.last_end = std::max(telemetry_.last_end, std::chrono::steady_clock::now());
    if (outcome == Outcome::done || outcome == Outcome::drained) telemetry_.dangling += open_hits_.size();
    if (outcome == Outcome::done) telemetry_.changes_unanswered += unanswered_.size();
    open_hits_.clear();
    messages_.clear();
}

}  // namespace earshot::load
