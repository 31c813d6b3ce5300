#pragma once

#include "earshot/proto/client_messages.hpp"

#include "known_utterance.hpp"
#include "oracle.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace earshot::support {

/// An open utterance of a CallModel.
struct ModelUtterance {
    std::string id;
    KnownUtterance words;
    std::size_t publisher = 0;  // who sent the last chunk
    double first_chunk = 0;
};

/// One speaker of a CallModel: what it said, and what is open.
struct ModelSpeaker {
    std::string key;
    OracleSpeaker said;
    std::vector<ModelUtterance> open;
    double last_chunk = 0;
};

/// What the contract says of how utterances begin and end. Publishers are numbers; times are seconds.
class CallModel {
public:
    /// A chunk that `publisher` sends. `origin`: when its speaker's times begin; `lists`: lives of trackers so far.
    void speak(std::size_t publisher, const proto::Speaker& who, const proto::TranscriptChunk& chunk, double now,
               double origin, std::size_t lists) {
        ModelSpeaker& speaker = speaker_of(who);
        auto at = std::find_if(speaker.open.begin(), speaker.open.end(),
                               [&](const ModelUtterance& one) { return one.id == chunk.utterance_id; });
        if (at == speaker.open.end()) {
            at = speaker.open.insert(speaker.open.end(), {chunk.utterance_id, {}, publisher, now});
            at->words.lists = lists;
        }
        at->publisher = publisher;
        speaker.last_chunk = now;
        const double start = chunk.start_time.value_or(now - origin);
        const double end = chunk.end_time.value_or(now - origin);
        if (!chunk.is_final) return at->words.hypothesize(chunk.text, start, end);
        at->words.commit(chunk.text, start, end);
        if (chunk.end_of_utterance) this->end(speaker, static_cast<std::size_t>(at - speaker.open.begin()));
    }

    void on_time(double now, double pause) {
        for (ModelSpeaker& speaker : speakers_) {
            for (std::size_t i = 0; i < speaker.open.size();) {
                const auto due = silence_due(speaker, speaker.open[i], pause);
                if (due && *due <= now) {
                    end(speaker, i);
                } else {
                    ++i;
                }
            }
        }
    }

    std::optional<double> deadline(double pause) const {
        std::optional<double> first;
        for (const ModelSpeaker& speaker : speakers_) {
            for (const ModelUtterance& utterance : speaker.open) {
                const auto due = silence_due(speaker, utterance, pause);
                if (due && (!first || *due < *first)) first = due;
            }
        }
        return first;
    }

    /// Ends what the publisher's last chunks left open.
    void stop(std::size_t publisher) {
        for (ModelSpeaker& speaker : speakers_) {
            for (std::size_t i = 0; i < speaker.open.size();) {
                if (speaker.open[i].publisher != publisher) {
                    ++i;
                    continue;
                }
                speaker.open[i].words.commit_hypothesis();
                end(speaker, i);
            }
        }
    }

    std::vector<ModelSpeaker>& speakers() { return speakers_; }

private:
    static std::optional<double> silence_due(const ModelSpeaker& speaker, const ModelUtterance& utterance,
                                             double pause) {
        if (!utterance.words.hypothesis.empty()) return std::nullopt;
        return std::min(speaker.last_chunk + pause, utterance.first_chunk + 60);
    }

    ModelSpeaker& speaker_of(const proto::Speaker& who) {
        const std::string key = who.user_id.empty() ? "name " + who.name : "id " + who.user_id;
        for (ModelSpeaker& speaker : speakers_) {
            if (speaker.key == key) return speaker;
        }
        speakers_.push_back({key, {who.user_id, who.role, {}}, {}, 0});
        return speakers_.back();
    }

    static void end(ModelSpeaker& speaker, std::size_t index) {
        const OracleUtterance words = speaker.open[index].words.final_words();
        speaker.open.erase(speaker.open.begin() + static_cast<std::ptrdiff_t>(index));
        if (!words.text.empty()) speaker.said.utterances.push_back(words);
    }

    std::vector<ModelSpeaker> speakers_;
};

}  // namespace earshot::support
