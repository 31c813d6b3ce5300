// Deepgram's live streaming. Each result is the state of one channel since its last final; `speech_final` and the
// answer to a Finalize end the utterance, and UtteranceEnd tells of an end that neither has told. Words of a diarised
// stream carry the number of their speaker; where there are several channels, the channel says who speaks.
#include "recogniser.hpp"

#include <string>
#include <utility>
#include <vector>

namespace earshot::proto {
namespace {

using base::Errc;

struct Word {
    detect::TimedWord timed;
    std::optional<std::int64_t> speaker;
};

struct Result {
    bool is_final = true;
    std::optional<std::uint32_t> channel;
    std::optional<double> start;
    std::optional<double> duration;
    std::string transcript;
    std::vector<Word> words;
};

/// `[n, of]`; none where there is but one channel.
std::optional<std::uint32_t> read_channel(JsonValue value, const MessageLimits& limits) {
    std::vector<std::int64_t> numbers;
    value.for_each_element([&](JsonValue element) {
        const std::int64_t number = element.read_integer();
        const bool is_valid = number >= 0 && number <= static_cast<std::int64_t>(limits.channels);
        if (!is_valid) fail(Errc::invalid_value, element.place(), "is out of range");
        if (numbers.size() < 2) numbers.push_back(number);
    });
    if (numbers.size() < 2 || numbers[1] <= 1) return std::nullopt;
    if (numbers[0] >= numbers[1]) fail(Errc::invalid_value, value.place(), "names a channel that is not there");
    return static_cast<std::uint32_t>(numbers[0]);
}

Word read_word(JsonValue value, const MessageLimits& limits) {
    Word word;
    std::string punctuated;
    value.for_each_member([&](std::string_view key, JsonValue member) {
        if (member.is_null()) return;
        if (key == "word") member.read(word.timed.word, limits.chunk_text_bytes);
        if (key == "punctuated_word") member.read(punctuated, limits.chunk_text_bytes);
        if (key == "start") word.timed.start = read_seconds(member);
        if (key == "end") word.timed.end = read_seconds(member);
        if (key == "confidence") word.timed.confidence = read_seconds(member);
        if (key == "speaker") {
            word.speaker = member.read_integer();
            if (*word.speaker < 0) fail(Errc::invalid_value, member.place(), "is out of range");
        }
    });
    // The transcript is made of these.
    if (!punctuated.empty()) word.timed.word = std::move(punctuated);
    return word;
}

void read_alternative(JsonValue value, const MessageLimits& limits, Result& result) {
    bool has_transcript = false;
    value.for_each_member([&](std::string_view key, JsonValue member) {
        if (key == "transcript") {
            member.read(result.transcript, limits.chunk_text_bytes);
            has_transcript = true;
        }
        if (key == "words" && !member.is_null()) {
            result.words.clear();
            for_each_word(member, limits, [&](JsonValue word) { result.words.push_back(read_word(word, limits)); });
        }
    });
    const Place place{&value.place(), "transcript", 0};
    if (!has_transcript) fail(Errc::missing_member, place, "is required");
}

void read_channel_result(JsonValue value, const MessageLimits& limits, Result& result) {
    bool has_alternatives = false;
    value.for_each_member([&](std::string_view key, JsonValue member) {
        if (key != "alternatives") return;
        has_alternatives = true;
        bool is_best = true;
        member.for_each_element([&](JsonValue alternative) {
            if (std::exchange(is_best, false)) read_alternative(alternative, limits, result);
        });
    });
    const Place place{&value.place(), "alternatives", 0};
    if (!has_alternatives) fail(Errc::missing_member, place, "is required");
}

/// Words whose speaker is not known are of the one who spoke before them, the first of the first one who is.
void fill_in_speakers(std::vector<Word>& words) {
    std::optional<std::int64_t> current;
    for (const Word& word : words) {
        if (!current) current = word.speaker;
    }
    for (Word& word : words) {
        if (word.speaker) current = word.speaker;
        word.speaker = current;
    }
}

std::vector<RecognisedSpeech::Piece> split(Result& result, const MessageLimits& limits, const Place& words_place) {
    std::vector<RecognisedSpeech::Piece> pieces;
    if (result.channel) {
        for (Word& word : result.words) word.speaker.reset();
    }
    fill_in_speakers(result.words);
    for (Word& word : result.words) {
        auto piece = std::ranges::find(pieces, word.speaker, &RecognisedSpeech::Piece::speaker);
        if (piece == pieces.end()) {
            if (pieces.size() == RecogniserSource::k_open_voices) {
                fail(Errc::too_many, words_place, "are of too many speakers");
            }
            piece = pieces.insert(pieces.end(), {word.speaker, {}});
        }
        piece->chunk.words.push_back(std::move(word.timed));
    }
    if (pieces.empty()) pieces.emplace_back();
    if (pieces.size() == 1) {
        pieces.front().chunk.text = std::move(result.transcript);
        return pieces;
    }
    for (RecognisedSpeech::Piece& piece : pieces) {
        std::string& text = piece.chunk.text;
        for (const detect::TimedWord& word : piece.chunk.words) {
            if (!text.empty()) text += ' ';
            text += word.word;
            if (text.size() > limits.chunk_text_bytes) {
                fail(Errc::too_large, words_place,
                     "are over " + std::to_string(limits.chunk_text_bytes) + " bytes of one speaker");
            }
        }
    }
    return pieces;
}

void read_result(JsonValue event, const MessageLimits& limits, std::vector<RecognisedSpeech>& speech) {
    Result result;
    bool is_speech_final = false;
    bool is_from_finalize = false;
    bool has_channel = false;
    event.for_each_member([&](std::string_view key, JsonValue member) {
        if (key == "channel") {
            has_channel = true;
            read_channel_result(member, limits, result);
            return;
        }
        if (member.is_null()) return;
        if (key == "is_final") result.is_final = member.read_bool();
        if (key == "speech_final") is_speech_final = member.read_bool();
        if (key == "from_finalize") is_from_finalize = member.read_bool();
        if (key == "start") result.start = read_seconds(member);
        if (key == "duration") result.duration = read_seconds(member);
        if (key == "channel_index") result.channel = read_channel(member, limits);
    });
    const Place channel{&event.place(), "channel", 0};
    if (!has_channel) fail(Errc::missing_member, channel, "is required");

    RecognisedSpeech& said = speech.emplace_back();
    said.kind = !result.is_final                      ? RecognisedSpeech::Kind::hypothesis
                : is_speech_final || is_from_finalize ? RecognisedSpeech::Kind::end_of_utterance
                                                      : RecognisedSpeech::Kind::final;
    said.channel = result.channel;
    const Place alternatives{&channel, "alternatives", 0};
    const Place best{&alternatives, {}, 0};
    const Place words{&best, "words", 0};
    said.pieces = split(result, limits, words);
    for (RecognisedSpeech::Piece& piece : said.pieces) {
        piece.chunk.start_time = result.start;
        if (result.start && result.duration) piece.chunk.end_time = *result.start + *result.duration;
        take_times_from_words(piece.chunk);
    }
}

void read_utterance_end(JsonValue event, const MessageLimits& limits, std::vector<RecognisedSpeech>& speech) {
    RecognisedSpeech& said = speech.emplace_back();
    said.kind = RecognisedSpeech::Kind::pause;
    event.for_each_member([&](std::string_view key, JsonValue member) {
        if (key == "channel" && !member.is_null()) said.channel = read_channel(member, limits);
    });
}

bool recognises(const EventShape& shape) {
    return shape.type == "Results" || shape.type == "UtteranceEnd" || shape.type == "SpeechStarted" ||
           shape.type == "Metadata";
}

void read(const EventShape& shape, JsonValue event, const MessageLimits& limits,
          std::vector<RecognisedSpeech>& speech) {
    if (shape.type == "Results") {
        read_result(event, limits, speech);
    } else if (shape.type == "UtteranceEnd") {
        read_utterance_end(event, limits, speech);
    } else {
        event.for_each_member([](std::string_view, JsonValue) {});  // nothing that is said, though JSON to its end
    }
}

}  // namespace

constinit const Recogniser k_deepgram{"deepgram", TranscriptFormat::deepgram, recognises, read};

}  // namespace earshot::proto
