#include "support/store/record_texts.hpp"

#include <cmath>
#include <cstdio>

namespace earshot::support {
namespace {

/// The members of a record, one after the other.
class Members {
public:
    Members& add(const std::string& text) {
        text_ += (text_.empty() ? "" : ", ") + ("'" + text + "'");
        return *this;
    }
    Members& add(std::string_view text) { return add(std::string(text)); }
    Members& add(const char* text) { return add(std::string(text)); }
    Members& add(double number) {
        char digits[40];
        std::snprintf(digits, sizeof digits, "%a", number);
        return add(std::isnan(number) ? "unknown" : digits);
    }
    Members& add(std::uint64_t number) { return add(std::to_string(number)); }
    Members& add(int number) { return add(std::to_string(number)); }
    Members& add(bool flag) { return add(flag ? "true" : "false"); }
    Members& add(base::WallTime time) { return add(std::to_string(time.time_since_epoch().count())); }
    Members& add(const std::optional<detect::WallSpan>& time) {
        return time ? add(time->start).add(time->end) : add("no time");
    }

    std::string text() const { return "{" + text_ + "}"; }

private:
    std::string text_;
};

}  // namespace

std::string text_of(const detect::ConversationRecord& record) {
    return Members()
        .add(record.id)
        .add(record.name)
        .add(detect::source_name(record.source))
        .add(detect::keeping_name(record.keeping))
        .add(record.metadata)
        .add(record.started)
        .add(record.ended)
        .add(record.is_over)
        .add(text_of(record.members))
        .text();
}

std::string text_of(const detect::MemberRecord& member) {
    return Members().add(member.id).add(member.name).add(member.user_id).add(member.role).text();
}

std::string text_of(const detect::MessageRecord& message) {
    Members members;
    members.add(message.id).add(message.member).add(message.utterance).add(message.text).add(message.time);
    for (const detect::TimedWord& word : message.words) {
        members.add(word.word).add(word.start).add(word.end).add(word.confidence);
    }
    return members.text();
}

std::string text_of(const detect::KeptHit& kept) {
    const detect::HitRecord& hit = kept.hit;
    Members members;
    members.add(hit.id).add(hit.tracker).add(hit.tracker_name).add(hit.value);
    members.add(detect::tier_name(hit.tier)).add(hit.score).add(hit.member);
    for (const detect::HitPartRecord& part : hit.parts) {
        members.add(part.message).add(std::uint64_t{part.begin}).add(std::uint64_t{part.end}).add(part.time);
    }
    members.add("texts");
    for (const std::string& text : kept.texts) members.add(text);
    return members.text();
}

std::string text_of(const detect::MemberFigures& figures) {
    return Members()
        .add(figures.member)
        .add(figures.messages)
        .add(figures.words)
        .add(std::uint64_t(std::llround(figures.talk_seconds * 1000)))
        .text();
}

std::string text_of(const store::JobRecord& job) {
    return Members()
        .add(job.id)
        .add(job.account)
        .add(job.conversation)
        .add(job.kind)
        .add(store::job_state_name(job.state))
        .add(job.progress)
        .add(job.error)
        .add(job.attempts)
        .add(job.created_on)
        .add(job.updated_on)
        .text();
}

std::string text_of(const store::ClaimedJob& claimed) {
    return Members().add(text_of(claimed.job)).add(claimed.request).text();
}

std::string text_of(const store::Delivery& delivery) {
    return Members()
        .add(delivery.id)
        .add(delivery.account)
        .add(delivery.topic)
        .add(delivery.url)
        .add(delivery.body)
        .add(delivery.attempts)
        .add(delivery.created_on)
        .text();
}

}  // namespace earshot::support
