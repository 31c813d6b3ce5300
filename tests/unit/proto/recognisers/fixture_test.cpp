#include "unit/proto/recognisers/fixture.hpp"

#include "earshot/proto/json_writer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

namespace earshot::proto {
namespace {

Fixture read_fixture(const std::filesystem::path& path) {
    Fixture fixture;
    fixture.name = path.stem().string();
    fixture.format = fixture.name.substr(0, fixture.name.find('_'));
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        constexpr std::string_view k_channels = "# channels: ";
        if (line.starts_with(k_channels)) fixture.channels = line.substr(k_channels.size());
        if (line.starts_with("> ")) fixture.events.push_back({line.substr(2), {}});
        if (line.starts_with("< ") && !fixture.events.empty()) fixture.events.back().chunks.push_back(line.substr(2));
        fixture.lines.push_back(std::move(line));
    }
    return fixture;
}

std::size_t end_of_scalar(std::string_view json, std::size_t at) {
    if (json[at] == '"') return json.find('"', at + 1) + 1;
    return std::min(json.find_first_of(",]}", at), json.size());
}

// One value, with all in it; returns its end.
std::size_t add_spots(std::string_view json, JsonSpot spot, std::vector<JsonSpot>& all) {
    const char open = json[spot.begin];
    if (open == '{' || open == '[') {
        std::size_t at = spot.begin + 1;
        for (std::size_t index = 0; json[at] != '}' && json[at] != ']'; ++index) {
            JsonSpot inner;
            std::string name = std::to_string(index);
            if (open == '{') {
                inner.name_begin = at + 1;
                inner.name_end = json.find('"', inner.name_begin);
                name = json.substr(inner.name_begin, inner.name_end - inner.name_begin);
                at = inner.name_end + 2;
            }
            inner.pointer = spot.pointer + "/" + name;
            inner.begin = at;
            at = add_spots(json, std::move(inner), all);
            if (json[at] == ',') ++at;
        }
        spot.end = at + 1;
    } else {
        spot.end = end_of_scalar(json, spot.begin);
    }
    all.push_back(spot);
    return spot.end;
}

}  // namespace

const std::vector<Fixture>& fixtures() {
    static const std::vector<Fixture> all = [] {
        std::vector<Fixture> read;
        const auto folder = std::filesystem::path(EARSHOT_SOURCE_DIR) / "tests/unit/proto/recognisers/fixtures";
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            if (entry.path().extension() == ".events") read.push_back(read_fixture(entry.path()));
        }
        std::ranges::sort(read, {}, &Fixture::name);
        return read;
    }();
    return all;
}

EventReader::EventReader(std::string_view format, std::string_view channels) {
    std::string start = R"({"type":"start_request","config":{"transcriptFormat":")";
    start.append(format).append(R"(","channels":)").append(channels).append("}}");
    const auto parsed = codec_.parse(start, start.size());
    EXPECT_TRUE(parsed.has_value()) << start;
    source = RecogniserSource(codec_.start().transcript_format, codec_.start().channels);
}

base::Result<std::vector<TranscriptChunk>> EventReader::read(std::string_view event) {
    const auto parsed = codec_.parse(event, event.size(), &source);
    if (!parsed) return parsed.error();
    EXPECT_EQ(*parsed, ClientMessageKind::transcript) << event;
    return std::vector<TranscriptChunk>(codec_.chunks().begin(), codec_.chunks().end());
}

std::vector<std::string> EventReader::told(std::string_view event) {
    const auto chunks = read(event);
    if (!chunks) return {std::string(base::code_word(chunks.error().code)) + " at \"" + chunks.error().path + "\""};
    std::vector<std::string> told;
    for (const TranscriptChunk& chunk : *chunks) told.push_back(brief(chunk));
    return told;
}

std::string written(const TranscriptChunk& chunk) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    if (chunk.speaker) {
        json.key("speaker").begin_object().member("userId", chunk.speaker->user_id);
        if (!chunk.speaker->name.empty()) json.member("name", chunk.speaker->name);
        if (!chunk.speaker->role.empty()) json.member("role", chunk.speaker->role);
        json.end_object();
    }
    json.member("text", chunk.text).member("isFinal", chunk.is_final);
    if (chunk.is_final) json.member("endOfUtterance", chunk.end_of_utterance);
    if (chunk.start_time) json.member("startTime", *chunk.start_time);
    if (chunk.end_time) json.member("endTime", *chunk.end_time);
    if (chunk.words.empty()) {
        json.end_object();
        return out;
    }
    json.key("words").begin_array();
    for (const detect::TimedWord& word : chunk.words) {
        json.begin_object().member("word", word.word);
        if (!std::isnan(word.start)) json.member("startTime", word.start);
        if (!std::isnan(word.end)) json.member("endTime", word.end);
        if (!std::isnan(word.confidence)) json.member("confidence", word.confidence);
        json.end_object();
    }
    json.end_array().end_object();
    return out;
}

std::string brief(const TranscriptChunk& chunk) {
    std::string out;
    if (chunk.speaker) out = (chunk.speaker->user_id.empty() ? chunk.speaker->name : chunk.speaker->user_id) + ": ";
    out += '"' + chunk.text + '"';
    if (!chunk.is_final) return out + " ...";
    return chunk.end_of_utterance ? out + " ." : out;
}

std::vector<JsonSpot> spots(std::string_view json) {
    std::vector<JsonSpot> all;
    add_spots(json, {}, all);
    return all;
}

}  // namespace earshot::proto
