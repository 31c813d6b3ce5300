// Symbl's `recognition_result`, as its streaming sent it and as this server's `echoTranscript` does. It names its
// speaker; a final is a whole utterance. Times are pairs of strings, seconds and nanoseconds.
#include "recogniser.hpp"

#include <charconv>
#include <string>
#include <utility>

namespace earshot::proto {
namespace {

using base::Errc;

struct Result {
    bool is_final = true;
    bool has_payload = false;
    std::optional<Speaker> speaker;
    std::string punctuated;
    TranscriptChunk chunk;
};

/// A whole number, as the string that Symbl makes of it or as a number.
double read_count(JsonValue value) {
    if (!value.is_string()) return read_seconds(value);
    std::string digits;
    value.read(digits, 32);
    std::int64_t number = 0;
    const char* end = digits.data() + digits.size();
    const auto [rest, error] = std::from_chars(digits.data(), end, number);
    const auto count = static_cast<double>(number);
    if (error != std::errc{} || rest != end || count < -k_most_seconds || count > k_most_seconds) {
        fail(Errc::invalid_value, value.place(), "is no number of seconds or nanoseconds");
    }
    return count;
}

double read_time(JsonValue value) {
    double seconds = 0;
    double nanos = 0;
    value.for_each_member([&](std::string_view key, JsonValue member) {
        if (member.is_null()) return;
        if (key == "seconds") seconds = read_count(member);
        if (key == "nanos") nanos = read_count(member);
    });
    return seconds + nanos * 1e-9;
}

detect::TimedWord read_word(JsonValue value, const MessageLimits& limits) {
    detect::TimedWord word;
    value.for_each_member([&](std::string_view key, JsonValue member) {
        if (member.is_null()) return;
        if (key == "word") member.read(word.word, limits.chunk_text_bytes);
        if (key == "startTime") word.start = read_time(member);
        if (key == "endTime") word.end = read_time(member);
        if (key == "confidence") word.confidence = read_seconds(member);
    });
    return word;
}

void read_alternative(JsonValue value, const MessageLimits& limits, TranscriptChunk& chunk) {
    bool has_transcript = false;
    value.for_each_member([&](std::string_view key, JsonValue member) {
        if (key == "transcript") {
            member.read(chunk.text, limits.chunk_text_bytes);
            has_transcript = true;
        }
        if (key == "words" && !member.is_null()) {
            chunk.words.clear();
            for_each_word(member, limits, [&](JsonValue word) { chunk.words.push_back(read_word(word, limits)); });
        }
    });
    const Place place{&value.place(), "transcript", 0};
    if (!has_transcript) fail(Errc::missing_member, place, "is required");
}

void read_raw(JsonValue value, const MessageLimits& limits, Result& result) {
    value.for_each_member([&](std::string_view key, JsonValue member) {
        if (key != "alternatives") return;
        result.has_payload = true;
        bool is_best = true;
        member.for_each_element([&](JsonValue alternative) {
            if (std::exchange(is_best, false)) read_alternative(alternative, limits, result.chunk);
        });
    });
}

/// `userId`, or else the name, or else the id that Symbl made.
std::optional<Speaker> read_user(JsonValue value, const MessageLimits& limits) {
    Speaker speaker;
    std::string id;
    value.for_each_member([&](std::string_view key, JsonValue member) {
        if (member.is_null()) return;
        if (key == "userId") member.read(speaker.user_id, limits.name_bytes);
        if (key == "name") member.read(speaker.name, limits.name_bytes);
        if (key == "role") member.read(speaker.role, limits.name_bytes);
        if (key == "id") member.read(id, limits.name_bytes);
    });
    if (speaker.is_nobody()) speaker.user_id = std::move(id);
    if (speaker.is_nobody()) return std::nullopt;
    return speaker;
}

/// Puts the punctuated text in the place of the raw one, and its words in the place of theirs where each has its own.
void punctuate(TranscriptChunk& chunk, std::string punctuated) {
    if (punctuated.empty()) return;
    chunk.text = std::move(punctuated);
    std::vector<std::string> written;
    constexpr const char* k_blanks = " \t\r\n";
    for (std::size_t at = chunk.text.find_first_not_of(k_blanks); at != std::string::npos;) {
        const std::size_t end = std::min(chunk.text.find_first_of(k_blanks, at), chunk.text.size());
        written.push_back(chunk.text.substr(at, end - at));
        at = chunk.text.find_first_not_of(k_blanks, end);
    }
    if (written.size() != chunk.words.size()) return;
    for (std::size_t i = 0; i < written.size(); ++i) chunk.words[i].word = std::move(written[i]);
}

void read_result(std::string_view key, JsonValue member, const MessageLimits& limits, Result& result) {
    if (member.is_null()) return;
    if (key == "isFinal") result.is_final = member.read_bool();
    if (key == "user") result.speaker = read_user(member, limits);
    if (key == "payload") {
        member.for_each_member([&](std::string_view inner, JsonValue value) {
            if (inner == "raw") read_raw(value, limits, result);
        });
    }
    if (key == "punctuated") {
        member.for_each_member([&](std::string_view inner, JsonValue value) {
            if (inner == "transcript" && !value.is_null()) value.read(result.punctuated, limits.chunk_text_bytes);
        });
    }
}

void read_message(JsonValue message, const MessageLimits& limits, std::vector<RecognisedSpeech>& speech) {
    Result result;
    std::optional<std::string> type;
    message.for_each_member([&](std::string_view key, JsonValue member) {
        if (key == "type") {
            member.read(type.emplace(), limits.name_bytes);
        } else {
            read_result(key, member, limits, result);
        }
    });
    const Place type_place{&message.place(), "type", 0};
    if (!type) fail(Errc::missing_member, type_place, "is required");
    if (type != "recognition_result") fail(Errc::unknown_type, type_place, "is not known");
    const Place payload{&message.place(), "payload", 0};
    const Place raw{&payload, "raw", 0};
    const Place alternatives{&raw, "alternatives", 0};
    if (!result.has_payload && result.punctuated.empty()) fail(Errc::missing_member, alternatives, "is required");

    take_times_from_words(result.chunk);
    punctuate(result.chunk, std::move(result.punctuated));
    RecognisedSpeech& said = speech.emplace_back();
    said.kind = result.is_final ? RecognisedSpeech::Kind::end_of_utterance : RecognisedSpeech::Kind::hypothesis;
    said.speaker = std::move(result.speaker);
    said.pieces.push_back({std::nullopt, std::move(result.chunk)});
}

bool recognises(const EventShape& shape) {
    return shape.type == "message";
}

void read(const EventShape&, JsonValue event, const MessageLimits& limits, std::vector<RecognisedSpeech>& speech) {
    bool has_message = false;
    event.for_each_member([&](std::string_view key, JsonValue member) {
        if (key != "message") return;
        has_message = true;
        speech.clear();
        read_message(member, limits, speech);
    });
    const Place place{&event.place(), "message", 0};
    if (!has_message) fail(Errc::missing_member, place, "is required");
}

}  // namespace

constinit const Recogniser k_symbl{"symbl", TranscriptFormat::symbl, recognises, read};

}  // namespace earshot::proto
