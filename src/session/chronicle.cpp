#include "chronicle.hpp"

#include "hit_record.hpp"

#include <utility>

namespace earshot::session {

using detect::ConversationChange;
using detect::Keeping;

void Chronicle::begin(Keeping keeping, std::string_view name, base::WallTime now) {
    if (keeping == Keeping::none) return;
    keeping_ = keeping;
    started_ = now;
    ConversationChange change;
    change.begin =
        detect::ConversationBegin{std::string(name), detect::ConversationSource::stream, keeping, now, now, {}};
    keep(std::move(change));
}

void Chronicle::said(const Voice& voice, const detect::EndedUtterance& ended) {
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
    add_hits(voice, ended.confirmed, change);
    if (!change.members.empty() || !change.messages.empty() || !change.hits.empty()) keep(std::move(change));
}

void Chronicle::judged(const Voice& voice, const detect::Judged& judged) {
    if (keeping_ == Keeping::none || judged.confirmed.empty()) return;
    ConversationChange change = change_of(voice);
    add_hits(voice, judged.confirmed, change);
    keep(std::move(change));
}

void Chronicle::end(base::WallTime now) {
    if (keeping_ == Keeping::none) return;
    ConversationChange change;
    change.ended = now;
    keep(std::move(change));
}

ConversationChange Chronicle::change_of(const Voice& voice) {
    ConversationChange change;
    const proto::Speaker& speaker = voice.member.speaker;
    detect::MemberRecord member{voice.member.id, speaker.name, speaker.user_id, speaker.role};
    detect::MemberRecord& known = members_[member.id];
    if (known == member) return change;
    known = member;
    change.members.push_back(std::move(member));
    return change;
}

void Chronicle::add_hits(const Voice& voice, const std::vector<detect::Hit>& hits, ConversationChange& change) {
    for (const detect::Hit& hit : hits) change.hits.push_back(hit_record(hit, voice.member.id, voice.axis));
}

void Chronicle::keep(ConversationChange change) {
    change.conversation = conversation_id_;
    actions_.emplace_back(Keep{std::make_shared<ConversationChange>(std::move(change))});
}

}  // namespace earshot::session
