#include "talk.hpp"

#include <algorithm>

namespace earshot::session {

using base::Errc;
using base::Error;
using base::MonotonicTime;
using base::Now;
using detect::HitChange;
using detect::HitState;
using detect::Tier;

// ---- Chunks --------------------------------------------------------------------------------------------------------

base::Result<void> Talk::speak(const Participant& participant, const proto::TranscriptChunk& chunk, std::int64_t age_ms,
                               Now now) {
    SpeakerState* speaker = speaker_of(participant, chunk);
    if (!speaker) return Error{Errc::too_many, "the conversation has too many speakers", "/speaker", {}};
    if (!open_utterance(*speaker, participant, chunk.utterance_id, around_.limits.open_utterances, now)) {
        return Error{Errc::too_many, "the speaker has too many open utterances", "/utteranceId", {}};
    }
    speaker->last_chunk = now.monotonic;
    hear(*speaker, participant, chunk, age_ms, now);
    return {};
}

void Talk::hear(SpeakerState& speaker, const Participant& participant, const proto::TranscriptChunk& chunk,
                std::int64_t age_ms, Now now) {
    const Audience& audience = around_.roster.audience();
    const double arrival = base::to_seconds(now.monotonic - participant.origin.monotonic);
    const double start = chunk.start_time.value_or(chunk.end_time ? std::min(arrival, *chunk.end_time) : arrival);
    const double end = chunk.end_time.value_or(std::max(arrival, start));
    if (audience.captions) around_.announcer.tell_caption(speaker.voice, chunk, {start, end}, age_ms);

    detect::SpokenText spoken{chunk.text, {start, end}, chunk.words};
    const double shift = base::to_seconds(participant.origin.monotonic - speaker.origin);
    if (shift != 0) {  // another publisher spoke for it first
        words_ = chunk.words;
        for (detect::TimedWord& word : words_) {
            word.start += shift;
            word.end += shift;
        }
        spoken = {chunk.text, {start + shift, end + shift}, words_};
    }

    const bool ends = chunk.is_final && chunk.end_of_utterance;
    changes_.clear();
    if (chunk.is_final) {
        speaker.window.commit(chunk.utterance_id, spoken, ends ? nullptr : listening_changes());
    } else {
        speaker.window.hypothesize(chunk.utterance_id, spoken, listening_changes());
    }
    around_.announcer.tell_changes(speaker.voice, changes_, audience);
    for (OpenUtterance& utterance : speaker.open) {
        if (utterance.id != chunk.utterance_id) continue;
        cut_long(speaker, utterance, ends, now);
        if (!ends) ask_about_open(speaker, utterance);
    }
    if (ends) end_utterance(speaker, chunk.utterance_id, now);
}

namespace {

bool is_same(const SpeakerState& speaker, const proto::Speaker& who, SocketId socket) noexcept {
    const proto::Speaker& known = speaker.voice.member.speaker;
    if (!who.user_id.empty()) return known.user_id == who.user_id;
    if (!who.name.empty()) return known.user_id.empty() && speaker.socket == 0 && known.name == who.name;
    return speaker.socket != 0 && speaker.socket == socket;
}

}  // namespace

SpeakerState* Talk::speaker_of(const Participant& participant, const proto::TranscriptChunk& chunk) {
    static const proto::Speaker nobody;
    const auto& start_speaker = participant.request->speaker;
    const proto::Speaker& who = chunk.speaker ? *chunk.speaker : start_speaker ? *start_speaker : nobody;
    for (const auto& speaker : speakers_) {
        if (!is_same(*speaker, who, participant.socket)) continue;
        proto::Speaker& known = speaker->voice.member.speaker;
        if (known.role.empty() && !who.role.empty()) {
            known.role = who.role;
            speaker->window.set_role(who.role);
        }
        if (known.name.empty() && !who.name.empty()) known.name = who.name;
        return speaker.get();
    }
    if (speakers_.size() >= around_.limits.speakers) return nullptr;
    speakers_.push_back(std::make_unique<SpeakerState>(SpeakerState{
        {{around_.ids.make_uuid(), who}, {participant.origin.wall}},
        participant.origin.monotonic,
        who.is_nobody() ? participant.socket : 0,
        detect::SpeakerWindow(around_.lists, {who.user_id, who.role}, language_, around_.tools, around_.ids),
        {},
        {},
        {}}));
    return speakers_.back().get();
}

OpenUtterance* Talk::open_utterance(SpeakerState& speaker, const Participant& participant, const std::string& id,
                                    std::size_t limit, Now now) {
    for (OpenUtterance& utterance : speaker.open) {
        if (utterance.id != id) continue;
        utterance.participant = participant.number;
        return &utterance;
    }
    if (speaker.open.size() >= limit) return nullptr;
    speaker.open.push_back({id, participant.number, now.monotonic});
    return &speaker.open.back();
}

// ---- Ends of utterances --------------------------------------------------------------------------------------------

void Talk::cut_long(SpeakerState& speaker, OpenUtterance& utterance, bool ends, Now now) {
    const std::size_t limit = around_.limits.utterance_bytes;
    while (speaker.window.committed_bytes(utterance.id) > limit) {
        changes_.clear();
        const auto ended = speaker.window.cut(utterance.id, limit, ends ? nullptr : listening_changes());
        utterance.first_chunk = now.monotonic;
        announce_end(speaker, utterance.participant, ended, now);
        around_.announcer.tell_changes(speaker.voice, changes_, around_.roster.audience());
    }
}

void Talk::end_utterance(SpeakerState& speaker, const std::string& id, Now now) {
    const auto place =
        std::find_if(speaker.open.begin(), speaker.open.end(), [&](const auto& u) { return u.id == id; });
    if (place == speaker.open.end()) return;
    const std::uint64_t participant = place->participant;
    changes_.clear();
    const detect::EndedUtterance ended = speaker.window.end(id, listening_changes());
    speaker.open.erase(place);
    announce_end(speaker, participant, ended, now);
    around_.announcer.tell_changes(speaker.voice, changes_, around_.roster.audience());
}

void Talk::end_as_it_stands(SpeakerState& speaker, const OpenUtterance& utterance, Now now) {
    const std::string id = utterance.id;
    speaker.window.commit_hypothesis(id);
    for (OpenUtterance& open : speaker.open) {
        if (open.id == id) {
            cut_long(speaker, open, true, now);
            break;
        }
    }
    end_utterance(speaker, id, now);
}

void Talk::end_utterances_of(const Participant& participant, Now now) {
    for (const auto& speaker : speakers_) {
        for (std::size_t i = 0; i < speaker->open.size();) {
            if (speaker->open[i].participant == participant.number) {
                end_as_it_stands(*speaker, speaker->open[i], now);
            } else {
                ++i;
            }
        }
    }
}

std::optional<MonotonicTime> Talk::silence_due(const SpeakerState& speaker,
                                               const OpenUtterance& utterance) const noexcept {
    if (speaker.window.has_hypothesis(utterance.id)) return std::nullopt;
    const Participant* participant = around_.roster.find_number(utterance.participant);
    const base::Duration pause = participant ? participant->pause : around_.limits.pause;
    return std::min(speaker.last_chunk + pause, utterance.first_chunk + around_.limits.utterance);
}

void Talk::end_silent(SpeakerState& speaker, Now now) {
    for (std::size_t i = 0; i < speaker.open.size();) {
        const auto due = silence_due(speaker, speaker.open[i]);
        if (due && *due <= now.monotonic) {
            end_utterance(speaker, std::string(speaker.open[i].id), now);
        } else {
            ++i;
        }
    }
}

// ---- What is told --------------------------------------------------------------------------------------------------

/// Where a window puts changes of open hits; null where nobody wants to hear of them.
std::vector<HitChange>* Talk::listening_changes() {
    return around_.roster.audience().interims ? &changes_ : nullptr;
}

void Talk::announce_end(SpeakerState& speaker, std::uint64_t participant, const detect::EndedUtterance& ended,
                        Now now) {
    const Participant* owner = around_.roster.find_number(participant);
    const int timezone = owner ? owner->request->timezone_offset_minutes : 0;
    around_.announcer.tell_end(speaker.voice, ended, timezone, around_.roster.audience());
    around_.chronicle.said(speaker.voice, ended);
    if (ended.needs_verdict) ask_for_verdict(speaker, participant, ended.number, now);
}

void Talk::follow(const detect::ListChange& change) {
    for (const auto& speaker : speakers_) {
        changes_.clear();
        speaker->window.follow(change, listening_changes());
        around_.announcer.tell_changes(speaker->voice, changes_, around_.roster.audience());
        for (OpenUtterance& utterance : speaker->open) ask_about_open(*speaker, utterance);
    }
}

std::vector<proto::OpenHits> Talk::open_hits() {
    std::vector<proto::OpenHits> open;
    for (const auto& speaker : speakers_) {
        changes_.clear();
        speaker->window.tell(changes_);
        around_.announcer.tell_changes(speaker->voice, changes_, around_.roster.audience());
        proto::OpenHits hits{{}, speaker->voice.member, speaker->voice.axis};
        for (detect::Hit& hit : speaker->window.open_hits()) hits.hits.push_back({HitState::created, std::move(hit)});
        if (!hits.hits.empty()) open.push_back(std::move(hits));
    }
    return open;
}

// ---- Time ----------------------------------------------------------------------------------------------------------

void Talk::on_time(Now now) {
    for (const auto& speaker : speakers_) {
        end_silent(*speaker, now);
        for (PendingVerdict& pending : speaker->pending) {
            if (pending.is_over || now.monotonic < pending.due) continue;
            pending.is_over = true;
            for (const Tier tier : {Tier::fuzzy, Tier::semantic}) {
                if (pending.asked.has(tier)) count_missed({tier, "timeout", 1});
            }
        }
        settle_verdicts(*speaker);
    }
}

std::optional<MonotonicTime> Talk::deadline() const noexcept {
    std::optional<MonotonicTime> due;
    const auto consider = [&](MonotonicTime time) { due = due ? std::min(*due, time) : time; };
    for (const auto& speaker : speakers_) {
        for (const OpenUtterance& utterance : speaker->open) {
            if (const auto time = silence_due(*speaker, utterance)) consider(*time);
        }
        for (const PendingVerdict& pending : speaker->pending) {
            if (!pending.is_over) consider(pending.due);
        }
    }
    return due;
}

std::size_t Talk::memory_bytes() const noexcept {
    std::size_t bytes = 0;
    for (const auto& speaker : speakers_) bytes += sizeof(*speaker) + speaker->window.memory_bytes();
    return bytes;
}

}  // namespace earshot::session
