// vosk, as its recogniser and its servers write it: `partial` is a hypothesis, `text` a final that ends an utterance;
// where several alternatives were asked for, the first is the best. There is one channel and no type.
#include "recogniser.hpp"

#include <array>
#include <string>
#include <utility>

namespace earshot::proto {
namespace {

using base::Errc;

void read_words(JsonValue value, const MessageLimits& limits, std::vector<detect::TimedWord>& words) {
    words.clear();
    if (value.is_null()) return;
    for_each_word(value, limits, [&](JsonValue element) {
        detect::TimedWord& word = words.emplace_back();
        element.for_each_member([&](std::string_view key, JsonValue member) {
            if (member.is_null()) return;
            if (key == "word") member.read(word.word, limits.chunk_text_bytes);
            if (key == "start") word.start = read_seconds(member);
            if (key == "end") word.end = read_seconds(member);
            if (key == "conf") word.confidence = read_seconds(member);
        });
    });
}

void read_alternative(JsonValue value, const MessageLimits& limits, TranscriptChunk& chunk) {
    bool has_text = false;
    value.for_each_member([&](std::string_view key, JsonValue member) {
        if (key == "text") {
            member.read(chunk.text, limits.chunk_text_bytes);
            has_text = true;
        }
        if (key == "result") read_words(member, limits, chunk.words);
    });
    const Place place{&value.place(), "text", 0};
    if (!has_text) fail(Errc::missing_member, place, "is required");
}

// A native chunk that lacks its type, and says by its other members what it is, is not taken for a final of vosk.
bool recognises(const EventShape& shape) {
    constexpr std::array k_native{"isFinal", "endOfUtterance", "utteranceId", "seq",
                                  "speaker", "startTime",      "endTime",     "words"};
    return !shape.type && (shape.has("partial") || shape.has("text") || shape.has("alternatives")) &&
           std::ranges::none_of(k_native, [&](std::string_view name) { return shape.has(name); });
}

void read(const EventShape& shape, JsonValue event, const MessageLimits& limits,
          std::vector<RecognisedSpeech>& speech) {
    const bool is_final = shape.has("text") || shape.has("alternatives");
    TranscriptChunk chunk;
    event.for_each_member([&](std::string_view key, JsonValue member) {
        if (!is_final) {
            if (key == "partial") member.read(chunk.text, limits.chunk_text_bytes);
            if (key == "partial_result") read_words(member, limits, chunk.words);
            return;
        }
        if (key == "text") member.read(chunk.text, limits.chunk_text_bytes);
        if (key == "result") read_words(member, limits, chunk.words);
        if (key == "alternatives") {
            bool is_best = true;
            member.for_each_element([&](JsonValue alternative) {
                if (std::exchange(is_best, false)) read_alternative(alternative, limits, chunk);
            });
        }
    });
    take_times_from_words(chunk);
    RecognisedSpeech& said = speech.emplace_back();
    said.kind = is_final ? RecognisedSpeech::Kind::end_of_utterance : RecognisedSpeech::Kind::hypothesis;
    said.pieces.push_back({std::nullopt, std::move(chunk)});
}

}  // namespace

constinit const Recogniser k_vosk{"vosk", TranscriptFormat::vosk, recognises, read};

}  // namespace earshot::proto
