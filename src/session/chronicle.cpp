#include "chronicle.hpp"

#include "hit_record.hpp"

#include <utility>

namespace earshot::session {

using detect::ConversationChange;
using detect::Keeping;

namespace {

detect::MemberRecord member_record(const Voice& voice) {
    const proto::Speaker& speaker = voice.member.speaker;
    return {voice.member.id, speaker.name, speaker.user_id, speaker.role};
}

}  // namespace

void Chronicle::begin(Keeping keeping, std::string_view name, base::WallTime now) {
    keeping_ = keeping;
    started_ = now;
    name_ = name.empty() ? conversation_id_ : std::string(name);
    is_begun_ = true;
    notify(News::Kind::begun);
    if (keeping == Keeping::none) return;
    ConversationChange change;
    change.begin =
        detect::ConversationBegin{std::string(name), detect::ConversationSource::stream, keeping, now, now, {}};
    keep(std::move(change));
}

void Chronicle::said(const Voice& voice, const detect::EndedUtterance& ended) {
    std::vector<detect::HitRecord> hits = tell_hits(voice, ended.confirmed);
    if (keeping_ == Keeping::none || ended.messages.empty()) return;
    ConversationChange change = change_of(voice);
    if (keeping_ == Keeping::full) {
        const double shift = base::to_seconds(voice.axis.origin - started_);
        for (const detect::Message& message : ended.messages) {
            detect::MessageRecord& record = change.messages.emplace_back();
            record = {message.id,   voice.member.id, ended.number, message.text, on_the_wall(voice.axis, message.time),
                      message.words};
            for (detect::TimedWord& word : record.words) {
                word.start += shift;
                word.end += shift;
            }
        }
    }
    change.hits = std::move(hits);
    if (!change.members.empty() || !change.messages.empty() || !change.hits.empty()) keep(std::move(change));
}

void Chronicle::judged(const Voice& voice, const detect::Judged& judged) {
    std::vector<detect::HitRecord> hits = tell_hits(voice, judged.confirmed);
    if (keeping_ == Keeping::none || hits.empty()) return;
    ConversationChange change = change_of(voice);
    change.hits = std::move(hits);
    keep(std::move(change));
}

void Chronicle::end(base::WallTime now) {
    ended_ = now;
    notify(News::Kind::over);
    if (keeping_ == Keeping::none) return;
    ConversationChange change;
    change.ended = now;
    keep(std::move(change));
}

ConversationChange Chronicle::change_of(const Voice& voice) {
    ConversationChange change;
    detect::MemberRecord member = member_record(voice);
    detect::MemberRecord& known = members_[member.id];
    if (known == member) return change;
    known = member;
    change.members.push_back(std::move(member));
    return change;
}

/// Gives the hits as they are kept.
std::vector<detect::HitRecord> Chronicle::tell_hits(const Voice& voice, const std::vector<detect::Hit>& hits) {
    std::vector<detect::HitRecord> records;
    std::vector<detect::KeptHit> told;
    for (const detect::Hit& hit : hits) {
        records.push_back(hit_record(hit, voice.member.id, voice.axis));
        detect::KeptHit& kept = told.emplace_back(detect::KeptHit{records.back(), {}});
        for (const detect::HitPart& part : hit.parts) kept.texts.push_back(part.text);
    }
    if (!told.empty()) notify(News::Kind::heard, std::move(told), {member_record(voice)});
    return records;
}

void Chronicle::notify(News::Kind kind, std::vector<detect::KeptHit> hits, std::vector<detect::MemberRecord> members) {
    if (!is_begun_) return;
    News news{kind, {}, std::move(hits)};
    news.conversation.id = conversation_id_;
    news.conversation.name = name_;
    news.conversation.started = started_;
    news.conversation.ended = ended_.value_or(started_);
    news.conversation.is_over = ended_.has_value();
    news.conversation.members = std::move(members);
    actions_.emplace_back(Notify{std::make_shared<const News>(std::move(news))});
}

void Chronicle::keep(ConversationChange change) {
    change.conversation = conversation_id_;
    actions_.emplace_back(Keep{std::make_shared<ConversationChange>(std::move(change))});
}

}  // namespace earshot::session
