#include "chunk_reader.hpp"

#include <utility>

namespace earshot::proto {

using base::Errc;

namespace {

void read_timed_word(JsonValue value, detect::TimedWord& word, const MessageLimits& limits) {
    word.word.clear();
    word.start = word.end = word.confidence = detect::k_unknown_time;
    value.for_each_member([&](std::string_view key, JsonValue member) {
        if (member.is_null()) return;
        if (key == "word") member.read(word.word, limits.chunk_text_bytes);
        if (key == "startTime") word.start = read_seconds(member);
        if (key == "endTime") word.end = read_seconds(member);
        if (key == "confidence") word.confidence = read_seconds(member);
    });
}

}  // namespace

bool has_speaker(JsonValue value, Speaker& speaker, const MessageLimits& limits) {
    if (value.is_null()) return false;
    speaker.user_id.clear();
    speaker.name.clear();
    speaker.role.clear();
    std::string email;
    value.for_each_member([&](std::string_view key, JsonValue member) {
        if (member.is_null()) return;
        if (key == "userId") member.read(speaker.user_id, limits.name_bytes);
        if (key == "name") member.read(speaker.name, limits.name_bytes);
        if (key == "role") member.read(speaker.role, limits.name_bytes);
        if (key == "email" && member.is_string()) member.read(email, limits.name_bytes);
    });
    if (speaker.user_id.empty()) speaker.user_id = email;
    return true;
}

ChunkReader::ChunkReader(TranscriptChunk& chunk, const MessageLimits& limits) : chunk_(chunk), limits_(limits) {
    chunk.text.clear();
    chunk.is_final = chunk.end_of_utterance = true;
    chunk.utterance_id.clear();
    chunk.speaker.reset();
    chunk.seq.reset();
    chunk.start_time.reset();
    chunk.end_time.reset();
}

void ChunkReader::read(std::string_view key, JsonValue member) {
    if (key == "text") {
        member.read(chunk_.text, limits_.chunk_text_bytes);
        has_text_ = true;
        return;
    }
    if (member.is_null()) return;
    if (key == "isFinal") chunk_.is_final = member.read_bool();
    if (key == "endOfUtterance") chunk_.end_of_utterance = member.read_bool();
    if (key == "utteranceId") member.read(chunk_.utterance_id, limits_.utterance_id_bytes);
    if (key == "seq") chunk_.seq = member.read_integer();
    if (key == "startTime") chunk_.start_time = read_seconds(member);
    if (key == "endTime") chunk_.end_time = read_seconds(member);
    if (key == "words") read_words(member);
    if (key == "speaker") {
        Speaker speaker;
        if (has_speaker(member, speaker, limits_)) chunk_.speaker = std::move(speaker);
    }
}

void ChunkReader::finish(const Place& root) {
    chunk_.words.resize(words_);
    if (!has_text_) {
        const Place text{&root, "text", 0};
        fail(Errc::missing_member, text, "is required");
    }
}

void ChunkReader::read_words(JsonValue value) {
    words_ = 0;
    for_each_word(value, limits_, [&](JsonValue element) {
        if (words_ == chunk_.words.size()) chunk_.words.emplace_back();
        read_timed_word(element, chunk_.words[words_++], limits_);
    });
}

}  // namespace earshot::proto
