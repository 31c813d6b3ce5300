#include "process_file.hpp"

#include "earshot/app/tracker_file.hpp"
#include "earshot/text/utf8.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

namespace earshot::app {
namespace {

namespace json = boost::json;
using base::Errc;
using base::Error;

/// A longer one is no name, but words before a colon.
constexpr std::size_t k_longest_name = 40;

Error problem(Errc code, std::string message) {
    return {code, std::move(message), {}, {}};
}

json::object message_of(std::string_view speaker, std::string_view text) {
    json::object message{{"payload", {{"content", text}}}};
    if (!speaker.empty()) message["from"] = {{"name", speaker}};
    return message;
}

std::optional<std::string_view> text_of(const json::object& object, std::string_view member) {
    const json::value* const value = object.if_contains(member);
    if (!value || !value->is_string()) return std::nullopt;
    return std::string_view(value->get_string());
}

base::Result<std::vector<CallText>> read_body(const std::string& name, const std::string& content) {
    boost::system::error_code failure;
    json::value body = json::parse(content, failure);
    if (failure) return problem(Errc::invalid_json, "is no JSON: " + failure.message());
    if (!body.is_object() || !body.get_object().contains("messages")) {
        return problem(Errc::invalid_value, "must hold an object with \"messages\"");
    }
    std::vector<CallText> calls;
    calls.push_back({name, std::move(body.get_object())});
    return calls;
}

base::Result<CallText> read_line(const std::string& name, const std::string& line, std::size_t number) {
    const std::string where = "line " + std::to_string(number) + ": ";
    boost::system::error_code failure;
    const json::value parsed = json::parse(line, failure);
    if (failure) return problem(Errc::invalid_json, where + "is no JSON: " + failure.message());
    if (!parsed.is_object()) return problem(Errc::invalid_value, where + "must be an object");
    const json::object& call = parsed.get_object();
    json::array messages;
    const json::value* const turns = call.if_contains("turns");
    if (turns && turns->is_array()) {
        for (const json::value& turn : turns->get_array()) {
            const auto text = turn.is_object() ? text_of(turn.get_object(), "text") : std::nullopt;
            if (!text) return problem(Errc::invalid_value, where + "each of \"turns\" must have a \"text\"");
            messages.push_back(message_of(text_of(turn.get_object(), "speaker").value_or(""), *text));
        }
    } else if (const auto text = text_of(call, "text")) {
        messages.push_back(message_of("", *text));
    } else {
        return problem(Errc::invalid_value, where + "must have \"turns\" or a \"text\"");
    }
    const std::string id = text_of(call, "id") ? std::string(*text_of(call, "id")) : std::to_string(number);
    return CallText{name + ":" + id, {{"messages", std::move(messages)}}};
}

base::Result<std::vector<CallText>> read_lines(const std::string& name, const std::string& content) {
    std::vector<CallText> calls;
    std::istringstream lines(content);
    std::string line;
    for (std::size_t number = 1; std::getline(lines, line); ++number) {
        if (text::trim(line).empty()) continue;
        auto call = read_line(name, line, number);
        if (!call) return call.error();
        calls.push_back(std::move(*call));
    }
    return calls;
}

/// Who says a line of text and what; an empty name: nobody is named.
std::pair<std::string_view, std::string_view> split(std::string_view line) {
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos || colon > k_longest_name) return {"", line};
    return {text::trim(line.substr(0, colon)), text::trim(line.substr(colon + 1))};
}

base::Result<std::vector<CallText>> read_text(const std::string& name, const std::string& content) {
    std::vector<std::string> said;
    std::istringstream lines(content);
    for (std::string line; std::getline(lines, line);) {
        if (const auto trimmed = text::trim(line); !trimmed.empty()) said.emplace_back(trimmed);
    }
    const bool are_named =
        std::all_of(said.begin(), said.end(), [](const std::string& line) { return !split(line).first.empty(); });
    json::array messages;
    for (const std::string& line : said) {
        const auto [speaker, text] = are_named ? split(line) : std::pair<std::string_view, std::string_view>("", line);
        messages.push_back(message_of(speaker, text));
    }
    std::vector<CallText> calls;
    if (!messages.empty()) calls.push_back({name, {{"messages", std::move(messages)}}});
    return calls;
}

}  // namespace

base::Result<std::vector<CallText>> parse_process_file(const std::string& path, const std::string& content) {
    if (text::find_invalid_utf8(content)) return problem(Errc::invalid_utf8, "is no UTF-8");
    const std::filesystem::path file(path);
    const std::string name = file.filename().string();
    auto calls = file.extension() == ".json"    ? read_body(name, content)
                 : file.extension() == ".jsonl" ? read_lines(name, content)
                                                : read_text(name, content);
    if (calls && calls->empty()) return problem(Errc::invalid_value, "holds no call");
    return calls;
}

base::Result<std::vector<CallText>> read_process_file(const std::string& path) {
    const auto content = read_file(path);
    if (!content) return content.error();
    return parse_process_file(path, *content);
}

}  // namespace earshot::app
