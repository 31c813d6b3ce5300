#include "conversation_json.hpp"

#include "earshot/proto/json_writer.hpp"

#include "plain_text.hpp"
#include "row_values.hpp"

#include <cstdint>
#include <limits>

namespace earshot::store {
namespace {

// The readers below throw simdjson::simdjson_error where something is not of the type that is written.

double read_number(simdjson::dom::element element) {
    return element.is_null() ? std::numeric_limits<double>::quiet_NaN() : double(element);
}

detect::TimedWord read_word(simdjson::dom::array word) {
    return {std::string(std::string_view(word.at(0))), read_number(word.at(1)), read_number(word.at(2)),
            read_number(word.at(3))};
}

detect::HitPartRecord read_part(simdjson::dom::array part) {
    detect::HitPartRecord record;
    record.message = std::string_view(part.at(0));
    record.begin = static_cast<std::uint32_t>(std::uint64_t(part.at(1)));
    record.end = static_cast<std::uint32_t>(std::uint64_t(part.at(2)));
    const simdjson::dom::element start = part.at(3);
    if (!start.is_null()) record.time = {time_of(std::int64_t(start)), time_of(std::int64_t(part.at(4)))};
    return record;
}

template <typename Record>
base::Result<std::vector<Record>> read_all(simdjson::dom::parser& parser, std::string_view json,
                                           std::vector<Record> (*read)(simdjson::dom::array)) {
    try {
        return read(parser.parse(json.data(), json.size()));
    } catch (const simdjson::simdjson_error& error) {
        return base::Error{base::Errc::io_failed, "what is kept of a conversation cannot be read", {}, error.what()};
    }
}

void write_time(proto::JsonWriter& writer, const std::optional<detect::WallSpan>& time) {
    if (time) {
        writer.value(std::int64_t{number_of(time->start)}).value(std::int64_t{number_of(time->end)});
    } else {
        writer.null().null();
    }
}

}  // namespace

void write_words(proto::JsonWriter& writer, const std::vector<detect::TimedWord>& words) {
    writer.begin_array();
    for (const detect::TimedWord& word : words) {
        writer.begin_array().value(word.word).value(word.start).value(word.end).value(word.confidence).end_array();
    }
    writer.end_array();
}

void write_parts(proto::JsonWriter& writer, const std::vector<detect::HitPartRecord>& parts) {
    writer.begin_array();
    for (const detect::HitPartRecord& part : parts) {
        // As the message's own id is written, which it refers to.
        writer.begin_array().value(as_plain_text(part.message)).value(part.begin).value(part.end);
        write_time(writer, part.time);
        writer.end_array();
    }
    writer.end_array();
}

std::string write_words(const std::vector<detect::TimedWord>& words) {
    std::string json;
    if (words.empty()) return json;
    proto::JsonWriter writer(json);
    write_words(writer, words);
    return json;
}

std::string write_parts(const std::vector<detect::HitPartRecord>& parts) {
    std::string json;
    proto::JsonWriter writer(json);
    write_parts(writer, parts);
    return json;
}

std::vector<detect::TimedWord> words_of(simdjson::dom::array array) {
    std::vector<detect::TimedWord> words;
    for (const simdjson::dom::element element : array) words.push_back(read_word(element));
    return words;
}

std::vector<detect::HitPartRecord> parts_of(simdjson::dom::array array) {
    std::vector<detect::HitPartRecord> parts;
    for (const simdjson::dom::element element : array) parts.push_back(read_part(element));
    return parts;
}

base::Result<std::vector<detect::TimedWord>> RecordReader::read_words(std::string_view json) {
    if (json.empty()) return std::vector<detect::TimedWord>();
    return read_all<detect::TimedWord>(parser_, json, words_of);
}

base::Result<std::vector<detect::HitPartRecord>> RecordReader::read_parts(std::string_view json) {
    return read_all<detect::HitPartRecord>(parser_, json, parts_of);
}

}  // namespace earshot::store
