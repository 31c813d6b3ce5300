#include "earshot/proto/recogniser_source.hpp"

#include "json_reader.hpp"
#include "recognisers/recogniser.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace earshot::proto {
namespace {

using Kind = RecognisedSpeech::Kind;

bool is_blank(const std::string& text) noexcept {
    return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

bool ends_utterance(Kind kind) noexcept {
    return kind == Kind::end_of_utterance || kind == Kind::pause;
}

}  // namespace

RecogniserSource::RecogniserSource(TranscriptFormat format, std::vector<Speaker> channels)
    : format_(format), channels_(std::move(channels)) {}

void RecogniserSource::take(std::span<RecognisedSpeech> speech, std::vector<TranscriptChunk>& chunks) {
    // A piece without words says no more than that its speaker is not heard.
    for (RecognisedSpeech& one : speech) {
        if (!one.speaker) std::erase_if(one.pieces, [](const auto& piece) { return is_blank(piece.chunk.text); });
    }
    check_room(speech);
    for (RecognisedSpeech& one : speech) take(one, chunks);
}

void RecogniserSource::check_room(std::span<const RecognisedSpeech> speech) const {
    std::size_t voices = open_.size();
    for (const RecognisedSpeech& one : speech) {
        if (one.speaker || ends_utterance(one.kind)) continue;
        for (const auto& piece : one.pieces) {
            if (!is_open({one.channel, piece.speaker})) ++voices;
        }
    }
    if (voices > k_open_voices) {
        const Place root;
        fail(base::Errc::too_many, root,
             "leaves words of over " + std::to_string(k_open_voices) + " speakers without an end");
    }
}

void RecogniserSource::take(RecognisedSpeech& speech, std::vector<TranscriptChunk>& chunks) {
    // Whoever is no longer heard comes first: what moves from one speaker to another is taken back before it is told.
    if (!speech.speaker) leave_out_others(speech, chunks);
    for (RecognisedSpeech::Piece& piece : speech.pieces) {
        TranscriptChunk& chunk = chunks.emplace_back(std::move(piece.chunk));
        chunk.is_final = speech.kind != Kind::hypothesis;
        chunk.end_of_utterance = ends_utterance(speech.kind);
        chunk.speaker = speech.speaker;
        if (speech.speaker) continue;
        const Voice voice{speech.channel, piece.speaker};
        chunk.speaker = speaker_of(voice);
        OpenVoice& open_voice = open(voice);
        open_voice.has_hypothesis = speech.kind == Kind::hypothesis;
        if (speech.kind == Kind::final) {
            open_voice.has_finals = true;
            open_voice.end_time = std::max(open_voice.end_time, chunk.end_time);
        }
        if (speech.kind == Kind::end_of_utterance) open_voice.has_finals = false;
    }
    std::erase_if(open_, [](const OpenVoice& one) { return !one.has_hypothesis && !one.has_finals; });
}

// Finals are told of by finals alone, so that they are the same whatever hypotheses came before: a voice with finals is
// ended by an empty one, at the time of its last word, since the end is no speech; one with nothing but a hypothesis
// gets that emptied.
void RecogniserSource::leave_out_others(const RecognisedSpeech& speech, std::vector<TranscriptChunk>& chunks) {
    for (OpenVoice& other : open_) {
        if (other.voice.channel != speech.channel) continue;
        const bool is_heard =
            std::ranges::any_of(speech.pieces, [&](const auto& piece) { return piece.speaker == other.voice.speaker; });
        if (is_heard) continue;
        const bool ends = other.has_finals && ends_utterance(speech.kind);
        if (!ends && (!other.has_hypothesis || speech.kind == Kind::pause)) continue;
        TranscriptChunk& chunk = chunks.emplace_back();
        chunk.is_final = chunk.end_of_utterance = ends;
        chunk.speaker = speaker_of(other.voice);
        if (ends) chunk.start_time = chunk.end_time = other.end_time;
        other.has_hypothesis = false;
        if (ends) other.has_finals = false;
    }
}

RecogniserSource::OpenVoice& RecogniserSource::open(const Voice& voice) {
    const auto place = std::ranges::find(open_, voice, &OpenVoice::voice);
    return place != open_.end() ? *place : open_.emplace_back(OpenVoice{voice, false, false, std::nullopt});
}

bool RecogniserSource::is_open(const Voice& voice) const noexcept {
    return std::ranges::find(open_, voice, &OpenVoice::voice) != open_.end();
}

std::optional<Speaker> RecogniserSource::speaker_of(const Voice& voice) const {
    Speaker speaker;
    if (voice.channel) {
        if (*voice.channel < channels_.size()) speaker = channels_[*voice.channel];
        if (speaker.is_nobody()) speaker.user_id = "channel-" + std::to_string(*voice.channel);
        return speaker;
    }
    if (!voice.speaker) return std::nullopt;
    speaker.user_id = "speaker-" + std::to_string(*voice.speaker);
    return speaker;
}

}  // namespace earshot::proto
