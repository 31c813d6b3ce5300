// Input: one message as a client may send it. Must hold: reading it ends in a message or in an error with a code, a
// sentence and a JSON pointer; spare bytes behind it change nothing; a message that was written from what was read is
// read as the same again; a tracker file too. Its lines, as the events of a stream of each format: what is said keeps
// the limits, no error changes what comes after it, and whatever was left open ends with the stream.
#include "earshot/proto/client_codec.hpp"
#include "earshot/proto/json_writer.hpp"
#include "earshot/text/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace earshot;
using proto::ClientMessageKind;
using proto::JsonWriter;

constexpr std::size_t k_max_bytes = 64 * 1024;  // longer messages only repeat what shorter ones show

void require(bool holds) {
    if (!holds) std::abort();
}

void check_error(const base::Error& error) {
    require(!error.message.empty() && !text::find_invalid_utf8(error.message));
    require(error.path.empty() || error.path.front() == '/');
    require(!text::find_invalid_utf8(error.path) && error.code != base::Errc::internal);
}

void write_speaker(JsonWriter& json, const proto::Speaker& speaker) {
    json.key("speaker").begin_object().member("userId", speaker.user_id).member("name", speaker.name);
    json.member("role", speaker.role).end_object();
}

// A member that is null where a number is unknown, and is then read as absent.
std::string written(const proto::TranscriptChunk& chunk) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().member("text", chunk.text).member("isFinal", chunk.is_final);
    json.member("endOfUtterance", chunk.end_of_utterance).member("utteranceId", chunk.utterance_id);
    if (chunk.speaker) write_speaker(json, *chunk.speaker);
    if (chunk.seq) json.member("seq", *chunk.seq);
    if (chunk.start_time) json.member("startTime", *chunk.start_time);
    if (chunk.end_time) json.member("endTime", *chunk.end_time);
    json.key("words").begin_array();
    for (const detect::TimedWord& word : chunk.words) {
        json.begin_object().member("word", word.word).member("startTime", word.start).member("endTime", word.end);
        json.member("confidence", word.confidence).end_object();
    }
    json.end_array().member("type", "transcript").end_object();
    return out;
}

void write_strings(JsonWriter& json, std::string_view name, const std::vector<std::string>& strings) {
    json.key(name).begin_array();
    for (const std::string& text : strings) json.value(text);
    json.end_array();
}

std::string written(const std::vector<detect::TrackerDefinition>& trackers) {
    std::string out;
    JsonWriter json(out);
    json.begin_array();
    for (const detect::TrackerDefinition& tracker : trackers) {
        json.begin_object().member("id", tracker.id).member("name", tracker.name);
        json.member("description", tracker.description);
        write_strings(json, "vocabulary", tracker.vocabulary);
        write_strings(json, "excludeVocabulary", tracker.exclude_vocabulary);
        write_strings(json, "patterns", tracker.patterns);
        write_strings(json, "languages", tracker.languages);
        write_strings(json, "speakers", tracker.speakers);
        write_strings(json, "categories", tracker.categories);
        if (tracker.threshold) json.member("threshold", *tracker.threshold);
        json.member("cooldownSeconds", tracker.cooldown_seconds);
        if (tracker.tiers) {
            json.key("tiers").begin_array();
            for (const detect::Tier tier : detect::k_all_tiers) {
                if (tracker.tiers->has(tier)) json.value(detect::tier_name(tier));
            }
            json.end_array();
        }
        json.end_object();
    }
    json.end_array();
    return out;
}

void check_message(std::string_view message) {
    proto::ClientCodec codec{proto::MessageLimits{}};
    // Exactly as many bytes as the message has, so that a look behind them is seen.
    const std::unique_ptr<char[]> tight(new char[message.size() + 1]);
    std::memcpy(tight.get(), message.data(), message.size());
    const auto parsed = codec.parse({tight.get(), message.size()}, message.size());
    if (!parsed) {
        check_error(parsed.error());
    } else if (*parsed == ClientMessageKind::transcript) {
        const auto again = proto::parse_chunk(written(codec.chunk()), {});
        require(again.has_value() && *again == codec.chunk());
    } else if (*parsed == ClientMessageKind::start) {
        const proto::StartRequest& start = codec.start();
        require(start.tracker_pointers.size() == start.trackers.trackers.size());
        require(start.disconnect_on_stop_seconds >= 0 && start.disconnect_on_stop_seconds <= 1800);
        require(start.no_connection_seconds >= 0 && start.no_connection_seconds <= 1800);
    }

    proto::ClientCodec other{proto::MessageLimits{}};
    std::string spacious(message);
    spacious.resize(message.size() + proto::ClientCodec::padding(), '"');
    const auto same = other.parse({spacious.data(), message.size()}, spacious.size());
    require(same.has_value() == parsed.has_value());
    require(!same || (*same == *parsed && other.chunk() == codec.chunk() && other.start() == codec.start()));
    require(same || same.error() == parsed.error());
    require(other.request_id() == codec.request_id() && other.kind() == codec.kind());
}

// What ends the utterance of whoever says this; users may have such names too, and then nothing is ended.
std::string end_of_channel(const proto::TranscriptChunk& chunk) {
    const std::string id = chunk.speaker ? chunk.speaker->user_id : "";
    const bool is_channel = id.starts_with("channel-") && id.size() > 8 && id.size() < 12 &&
                            id.find_first_not_of("0123456789", 8) == std::string::npos;
    const int channel = is_channel ? std::atoi(id.c_str() + 8) : 256;
    if (channel > 255) return R"({"type":"UtteranceEnd","channel":[0,1]})";
    return R"({"type":"UtteranceEnd","channel":[)" + std::to_string(channel) + ",256]}";
}

// `names` of 256 channels would only hide which channel is meant, so there are none.
void check_events(std::string_view lines, proto::TranscriptFormat format) {
    const proto::MessageLimits limits;
    proto::ClientCodec codec{limits};
    proto::ClientCodec other{limits};
    proto::RecogniserSource source(format);
    std::set<std::string> ends;
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find('\n'));
        lines.remove_prefix(std::min(line.size() + 1, lines.size()));
        proto::RecogniserSource before = source;
        const auto parsed = codec.parse(line, line.size(), &source);
        if (!parsed) {
            check_error(parsed.error());
            continue;
        }
        if (*parsed != ClientMessageKind::transcript) continue;
        for (const proto::TranscriptChunk& chunk : codec.chunks()) {
            require(chunk.text.size() <= limits.chunk_text_bytes && chunk.words.size() <= limits.words);
            require(!text::find_invalid_utf8(chunk.text));
            ends.insert(end_of_channel(chunk));
        }
        // The same again, after an event that fails behind everything that it says.
        const std::string broken = std::string(line) + "}";
        require(other.parse(broken, broken.size(), &before).has_error());
        const auto again = other.parse(line, line.size(), &before);
        require(again && std::ranges::equal(codec.chunks(), other.chunks()));
    }
    if (format != proto::TranscriptFormat::automatic && format != proto::TranscriptFormat::deepgram) return;
    for (const std::string& end : ends) {
        require(codec.parse(end, end.size(), &source).has_value());
        for (const proto::TranscriptChunk& last : codec.chunks()) require(last.text.empty() && last.end_of_utterance);
        require(codec.parse(end, end.size(), &source) && codec.chunks().empty());
    }
}

void check_tracker_file(std::string_view json) {
    const auto trackers = proto::parse_trackers(json, {});
    if (!trackers) {
        check_error(trackers.error());
        return;
    }
    const auto again = proto::parse_trackers(written(*trackers), {});
    require(again.has_value() && *again == *trackers);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > k_max_bytes) return 0;
    const std::string_view message(reinterpret_cast<const char*>(data), size);
    check_message(message);
    check_tracker_file(message);
    using Format = proto::TranscriptFormat;
    for (const Format format : {Format::automatic, Format::native, Format::deepgram, Format::vosk, Format::symbl}) {
        check_events(message, format);
    }
    return 0;
}
