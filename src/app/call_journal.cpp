#include "earshot/app/call_journal.hpp"

#include "earshot/app/call_file.hpp"
#include "earshot/text/utf8.hpp"

#include <algorithm>

namespace earshot::app {
namespace {

std::string joined(const std::string& committed, std::string_view more) {
    const std::string_view bare = text::trim(more);
    if (committed.empty()) return std::string(bare);
    return bare.empty() ? committed : committed + " " + std::string(bare);
}

/// Whether `messages`, one after the other with any white space between them, are the whole of `text`.
bool is_said_by(std::string_view text, const std::vector<HeardMessage>& messages) {
    for (const HeardMessage& message : messages) {
        text = text::trim(text);
        if (!text.starts_with(message.text)) return false;
        text.remove_prefix(message.text.size());
    }
    return text::trim(text).empty();
}

}  // namespace

void CallJournal::on_sent(const proto::TranscriptChunk& chunk, base::MonotonicTime now) {
    ++summary_.chunks;
    Speaker& speaker = speakers_[chunk.speaker ? speaker_key(*chunk.speaker) : std::string()];
    Utterance& utterance = speaker.open[chunk.utterance_id];
    if (chunk.is_final) {
        utterance.committed = joined(utterance.committed, chunk.text);
        utterance.hypothesis.clear();
    } else {
        utterance.hypothesis = chunk.text;
    }
    const bool ends = chunk.is_final && chunk.end_of_utterance;
    speaker.sent.push_back({joined(utterance.committed, utterance.hypothesis), ends, now, chunk.end_time});
    if (ends) speaker.open.erase(chunk.utterance_id);
}

void CallJournal::on_stop(base::MonotonicTime now) {
    for (auto& [key, speaker] : speakers_) {
        const std::optional<double> call_time = speaker.sent.empty() ? std::nullopt : speaker.sent.back().call_time;
        for (const auto& [id, utterance] : speaker.open) {
            speaker.sent.push_back({joined(utterance.committed, utterance.hypothesis), true, now, call_time});
        }
        speaker.open.clear();
    }
}

std::vector<HitNews> CallJournal::on_event(const ServerEvent& event, base::MonotonicTime now) {
    std::vector<HitNews> news;
    if (const auto* messages = std::get_if<MessageEvent>(&event)) on_messages(*messages);
    const auto* trackers = std::get_if<TrackerEvent>(&event);
    if (!trackers) return news;
    for (const HeardHit& hit : trackers->hits) {
        HitNews one{hit, state_of(hit, trackers->is_final), std::nullopt};
        const Sent* cause = nullptr;
        if (one.state == detect::HitState::created) cause = find_created(hit);
        if (one.state == detect::HitState::confirmed) {
            const auto found = message_causes_.find(hit.parts.back().message_id);
            if (found != message_causes_.end()) cause = &found->second;
        }
        if (cause) one.latency = now - cause->time;
        take_down(one, cause);
        news.push_back(std::move(one));
    }
    return news;
}

void CallJournal::on_messages(const MessageEvent& event) {
    ++summary_.utterances;
    Speaker& speaker = speakers_[speaker_key(event.speaker)];
    for (std::size_t i = speaker.next_ended; i < speaker.sent.size(); ++i) {
        const Sent& sent = speaker.sent[i];
        if (!sent.ends || !is_said_by(sent.text, event.messages)) continue;
        speaker.next_ended = i + 1;
        for (const HeardMessage& message : event.messages) {
            message_causes_[message.id] = {{}, true, sent.time, sent.call_time};
        }
        return;
    }
}

const CallJournal::Sent* CallJournal::find_created(const HeardHit& hit) {
    Speaker& speaker = speakers_[speaker_key(hit.speaker)];
    for (std::size_t i = speaker.next_created; i < speaker.sent.size(); ++i) {
        if (speaker.sent[i].text.find(hit.parts.back().text) == std::string::npos) continue;
        speaker.next_created = i;  // several hits may come of one chunk
        return &speaker.sent[i];
    }
    return nullptr;
}

void CallJournal::take_down(const HitNews& news, const Sent* cause) {
    switch (news.state) {
        case detect::HitState::created:
            if (news.latency) summary_.heard.push_back(*news.latency);
            if (cause && cause->call_time) created_at_[news.hit.id] = *cause->call_time;
            break;
        case detect::HitState::confirmed: {
            ++summary_.confirmed;
            ++summary_.hits[news.hit.tracker][news.hit.tier];
            if (news.latency) summary_.confirming.push_back(*news.latency);
            const auto created = created_at_.find(news.hit.id);
            if (cause && cause->call_time && created != created_at_.end()) {
                summary_.gained.push_back(*cause->call_time - created->second);
            }
            break;
        }
        case detect::HitState::retracted:
            ++summary_.retracted;
            break;
        case detect::HitState::updated:
            break;
    }
}

}  // namespace earshot::app
