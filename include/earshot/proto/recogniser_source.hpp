#pragma once

#include "earshot/proto/client_messages.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace earshot::proto {

struct RecognisedSpeech;

/// One client's stream of a recogniser's events: in which format they come, who is on which channel, and who has words
/// open. The last is needed because an event tells the state of a whole channel: a speaker of the hypothesis before who
/// is not in this one has been taken back, and a pause ends the words of all.
///
/// Owned by a socket, handed to ClientCodec::parse with its messages; one thread.
class RecogniserSource {
public:
    /// The most voices with open words; Errc::too_many beyond.
    static constexpr std::size_t k_open_voices = 256;

    /// As before any start message: every format is known by its shape.
    RecogniserSource() = default;

    /// `channels` names channel n by its nth; one without id and name, or beyond them, has the userId `channel-n`.
    explicit RecogniserSource(TranscriptFormat format, std::vector<Speaker> channels = {});

    TranscriptFormat format() const noexcept { return format_; }

    /// Turns what an adapter read into chunks, appended to `chunks`. For the codec; throws its ReadFailure, and is then
    /// as before.
    void take(std::span<RecognisedSpeech> speech, std::vector<TranscriptChunk>& chunks);

private:
    /// A channel of several, a numbered speaker of one; neither: all of the stream.
    struct Voice {
        std::optional<std::uint32_t> channel;
        std::optional<std::int64_t> speaker;
        friend bool operator==(const Voice&, const Voice&) = default;
    };
    struct OpenVoice {
        Voice voice;
        bool has_hypothesis = false;
        bool has_finals = false;
        std::optional<double> end_time;  // of its finals
    };

    void check_room(std::span<const RecognisedSpeech> speech) const;
    void take(RecognisedSpeech& speech, std::vector<TranscriptChunk>& chunks);
    void leave_out_others(const RecognisedSpeech& speech, std::vector<TranscriptChunk>& chunks);
    OpenVoice& open(const Voice& voice);
    bool is_open(const Voice& voice) const noexcept;
    std::optional<Speaker> speaker_of(const Voice& voice) const;

    TranscriptFormat format_ = TranscriptFormat::automatic;
    std::vector<Speaker> channels_;
    std::vector<OpenVoice> open_;  // in the order of their first words
};

}  // namespace earshot::proto
