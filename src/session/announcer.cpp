#include "announcer.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace earshot::session {

using detect::HitChange;
using detect::HitState;
using proto::IsFinal;
using proto::RefMembers;

Frame make_frame(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
}

namespace {

constexpr RefMembers k_plain{};
constexpr RefMembers k_revised{.state = true};

RefMembers explained(RefMembers members) noexcept {
    members.explanation = true;
    return members;
}

bool has_explanation(const std::vector<HitChange>& changes) noexcept {
    return std::any_of(changes.begin(), changes.end(), [](const HitChange& c) { return c.hit.explanation != nullptr; });
}

}  // namespace

void Announcer::tell_changes(const Voice& voice, const std::vector<HitChange>& changes, const Audience& audience) {
    if (changes.empty()) return;
    std::vector<HitChange> created;
    for (const HitChange& change : changes) {
        if (change.state == HitState::created) created.push_back(change);
    }
    tell_interim(voice, created, changes, audience);
}

void Announcer::tell_interim(const Voice& voice, const std::vector<HitChange>& plain,
                             const std::vector<HitChange>& revised, const Audience& audience) {
    const bool has_revised = audience.revisions && !revised.empty();
    if (plain.empty() && !has_revised) return;
    Broadcast broadcast;
    const std::uint64_t sequence = ++sequence_;
    const auto frame = [&](const std::vector<HitChange>& changes, RefMembers members) {
        return make_frame(proto::tracker_response(changes, voice.member, voice.axis, IsFinal::no, members, sequence));
    };
    broadcast.importance = Importance::passing;
    broadcast.is_interim = true;
    if (!plain.empty()) broadcast.plain = frame(plain, k_plain);
    if (has_revised) broadcast.revised = frame(revised, k_revised);
    if (audience.explanations && has_explanation(plain)) broadcast.plain_explained = frame(plain, explained(k_plain));
    if (audience.explanations && has_revised && has_explanation(revised)) {
        broadcast.revised_explained = frame(revised, explained(k_revised));
    }
    if (has_revised) {
        // A client that follows revisions would hold what it was not told is gone for heard.
        const auto takes_back = [](const HitChange& change) { return change.state == HitState::retracted; };
        if (std::any_of(revised.begin(), revised.end(), takes_back)) broadcast.importance = Importance::required;
    }
    actions_.emplace_back(std::move(broadcast));
}

void Announcer::tell_end(const Voice& voice, const detect::EndedUtterance& ended, int timezone_offset_minutes,
                         const Audience& audience) {
    tell_retracted(voice, ended.retracted, audience);
    if (ended.messages.empty()) return;
    ++counters_.utterances;
    const Frame frame = make_frame(
        proto::message_response(ended.messages, voice.member, voice.axis, timezone_offset_minutes, ++sequence_));
    replay_.keep({sequence_, frame, frame});
    actions_.emplace_back(Broadcast{frame, frame, Importance::required, false});
    tell_confirmed(voice, ended.confirmed, audience);
}

void Announcer::tell_judged(const Voice& voice, const detect::Judged& judged, const Audience& audience) {
    tell_retracted(voice, judged.retracted, audience);
    tell_confirmed(voice, judged.confirmed, audience);
}

void Announcer::tell_retracted(const Voice& voice, const std::vector<detect::Hit>& hits, const Audience& audience) {
    std::vector<HitChange> gone;
    for (const detect::Hit& hit : hits) gone.push_back({HitState::retracted, hit});
    tell_interim(voice, {}, gone, audience);
}

void Announcer::tell_confirmed(const Voice& voice, const std::vector<detect::Hit>& hits, const Audience& audience) {
    if (hits.empty()) return;
    std::vector<HitChange> changes;
    for (const detect::Hit& hit : hits) {
        changes.push_back({HitState::confirmed, hit});
        ++counters_.confirmed_hits[hit.tier];
    }
    const std::uint64_t sequence = ++sequence_;
    const auto frame = [&](RefMembers members) {
        return make_frame(proto::tracker_response(changes, voice.member, voice.axis, IsFinal::yes, members, sequence));
    };
    Broadcast broadcast;
    broadcast.plain = broadcast.revised = frame(k_plain);
    if (audience.revisions || replay_.keeps()) broadcast.revised = frame(k_revised);
    if (audience.explanations && has_explanation(changes)) {
        broadcast.plain_explained = frame(explained(k_plain));
        if (audience.revisions) broadcast.revised_explained = frame(explained(k_revised));
    }
    replay_.keep({sequence, broadcast.plain, broadcast.revised});
    actions_.emplace_back(std::move(broadcast));
}

void Announcer::tell_caption(const Voice& voice, const proto::TranscriptChunk& chunk, const detect::TimeSpan& time,
                             std::int64_t offset_ms) {
    const Frame frame = make_frame(proto::recognition_result(chunk, voice.member, time.start, time.end, offset_ms));
    const Importance importance = chunk.is_final ? Importance::required : Importance::passing;
    actions_.emplace_back(Broadcast{frame, frame, importance, true});
}

void Announcer::replay(SocketId socket, std::uint64_t sequence, const proto::ListenerWishes& wishes,
                       std::string_view request_id, std::int64_t offset_ms) {
    const auto& entries = replay_.entries();
    if (!replay_.reaches_back_to(sequence)) {
        const std::uint64_t first_kept = entries.empty() ? sequence_ + 1 : entries.front().sequence;
        actions_.emplace_back(Tell{socket, make_frame(proto::resume_gap(first_kept, request_id, offset_ms))});
    }
    for (const ReplayRing::Entry& entry : entries) {
        if (entry.sequence <= sequence) continue;
        actions_.emplace_back(Tell{socket, wishes.revisions ? entry.revised : entry.plain});
    }
}

void Announcer::tell_open(SocketId socket, std::span<const proto::OpenHits> open) {
    actions_.emplace_back(Tell{socket, make_frame(proto::open_hits_response(open, ++sequence_)), true});
}

}  // namespace earshot::session
