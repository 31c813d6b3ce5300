#include "log_record.hpp"

#include "earshot/proto/json_writer.hpp"
#include "earshot/text/utf8.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/details/log_msg.h>
#include <spdlog/formatter.h>

#include <algorithm>
#include <chrono>

namespace earshot::app::detail {
namespace {

/// `bytes` with U+FFFD for every byte that begins no UTF-8 sequence.
std::string valid_utf8(std::string_view bytes) {
    std::string valid;
    while (const auto invalid = text::find_invalid_utf8(bytes)) {
        valid.append(bytes.substr(0, *invalid)).append("\xEF\xBF\xBD");
        bytes.remove_prefix(*invalid + 1);
    }
    return valid.append(bytes);
}

std::string quoted(std::string_view text) {
    std::string json;
    proto::JsonWriter(json).value(std::string_view(valid_utf8(text)));
    return json;
}

/// A value's JSON as text lines have it: without quotes where none are needed to see where it ends.
std::string_view bare(std::string_view json) {
    if (json.size() <= 2 || json.front() != '"') return json;
    const std::string_view inner = json.substr(1, json.size() - 2);
    return inner.find_first_of(" \"\\=\x7F") == std::string_view::npos ? inner : json;
}

struct Record {
    std::string_view message;
    std::string_view fields;  // begins with k_field, or is empty
};

Record split(std::string_view payload) {
    const std::size_t end = std::min(payload.find(k_field), payload.size());
    return {payload.substr(0, end), payload.substr(end)};
}

struct Field {
    std::string_view name;
    std::string_view json;
};

/// Takes the first field off `fields`; false at the end, or where the rest is no record of ours.
bool take_field(std::string_view& fields, Field& field) {
    if (fields.empty()) return false;
    const std::string_view rest = fields.substr(1);
    const std::string_view whole = rest.substr(0, rest.find(k_field));
    const std::size_t middle = whole.find(k_value);
    if (middle == std::string_view::npos) return false;
    field = {whole.substr(0, middle), whole.substr(middle + 1)};
    fields = rest.substr(whole.size());
    return true;
}

std::string time_text(spdlog::log_clock::time_point time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time - seconds).count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                       milliseconds);
}

std::string_view level_text(spdlog::level::level_enum level) {
    switch (level) {
        case spdlog::level::trace:
        case spdlog::level::debug:
            return "debug";
        case spdlog::level::warn:
            return "warn";
        case spdlog::level::err:
        case spdlog::level::critical:
            return "error";
        default:
            return "info";
    }
}

class TextFormatter final : public spdlog::formatter {
public:
    void format(const spdlog::details::log_msg& line, spdlog::memory_buf_t& out) override {
        const Record record = split({line.payload.data(), line.payload.size()});
        const std::string message = quoted(record.message);  // escapes, so that a message stays one line
        fmt::format_to(std::back_inserter(out), "{} {} {}", time_text(line.time), level_text(line.level),
                       std::string_view(message).substr(1, message.size() - 2));
        Field field;
        for (std::string_view fields = record.fields; take_field(fields, field);) {
            fmt::format_to(std::back_inserter(out), " {}={}", field.name, bare(field.json));
        }
        out.push_back('\n');
    }

    std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<TextFormatter>(); }
};

class JsonFormatter final : public spdlog::formatter {
public:
    void format(const spdlog::details::log_msg& line, spdlog::memory_buf_t& out) override {
        const Record record = split({line.payload.data(), line.payload.size()});
        fmt::format_to(std::back_inserter(out), R"({{"time":"{}","level":"{}","message":{})", time_text(line.time),
                       level_text(line.level), quoted(record.message));
        Field field;
        for (std::string_view fields = record.fields; take_field(fields, field);) {
            fmt::format_to(std::back_inserter(out), ",\"{}\":{}", field.name, field.json);
        }
        out.push_back('}');
        out.push_back('\n');
    }

    std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<JsonFormatter>(); }
};

}  // namespace

void append_message(std::string& record, std::string_view message) {
    const std::size_t begin = record.size();
    record += message;
    const auto is_separator = [](char c) { return c == k_field || c == k_value; };
    std::replace_if(record.begin() + static_cast<std::ptrdiff_t>(begin), record.end(), is_separator, ' ');
}

void append_field(std::string& record, const LogField& field, bool transcripts) {
    const auto* spoken = std::get_if<Spoken>(&field.value);
    const bool hidden = spoken != nullptr && !transcripts;
    record += k_field;
    record.append(field.name).append(hidden ? "Bytes" : "");
    record += k_value;
    proto::JsonWriter json(record);
    if (hidden)
        json.value(static_cast<std::uint64_t>(spoken->text.size()));
    else if (spoken != nullptr)
        record += quoted(spoken->text);
    else if (const auto* text = std::get_if<std::string_view>(&field.value))
        record += quoted(*text);
    else if (const auto* flag = std::get_if<bool>(&field.value))
        json.value(*flag);
    else if (const auto* integer = std::get_if<std::int64_t>(&field.value))
        json.value(*integer);
    else
        json.value(std::get<double>(field.value));
}

std::unique_ptr<spdlog::formatter> make_formatter(LogFormat format) {
    if (format == LogFormat::json) return std::make_unique<JsonFormatter>();
    return std::make_unique<TextFormatter>();
}

}  // namespace earshot::app::detail
