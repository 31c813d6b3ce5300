#include "eval_data.hpp"

#include "earshot/app/tracker_file.hpp"
#include "earshot/text/utf8.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cctype>
#include <exception>
#include <functional>
#include <string_view>
#include <utility>

namespace earshot::app {
namespace {

namespace json = boost::json;

std::string string_of(const json::object& object, std::string_view key) {
    return std::string(object.at(key).as_string());
}

std::vector<std::string> strings_of(const json::object& object, std::string_view key) {
    std::vector<std::string> strings;
    const json::value* value = object.if_contains(key);
    if (!value) return strings;
    for (const json::value& one : value->as_array()) strings.emplace_back(one.as_string());
    return strings;
}

bool is_punctuation(char c) {
    return std::ispunct(static_cast<unsigned char>(c)) != 0;
}

/// What a recogniser without case and punctuation would have written. Words are cut at white space and stay as many.
std::string strip(std::string_view text) {
    std::string stripped;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(' ', begin), text.size());
        std::string_view word = text.substr(begin, end - begin);
        while (word.size() > 1 && is_punctuation(word.front())) word.remove_prefix(1);
        while (word.size() > 1 && is_punctuation(word.back())) word.remove_suffix(1);
        for (const char c : word) stripped += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        if (end < text.size()) stripped += ' ';
        begin = end + 1;
    }
    return stripped;
}

/// Calls `take` for each line of a file that holds something.
base::Result<void> read_lines(const std::string& file, const std::function<void(const json::object&)>& take) {
    const auto bytes = read_file(file);
    if (!bytes) return base::Error{bytes.error().code, describe(bytes.error(), file), {}, {}};
    std::size_t number = 0;
    for (std::size_t begin = 0; begin < bytes->size();) {
        const std::size_t end = std::min(bytes->find('\n', begin), bytes->size());
        const std::string_view line = std::string_view(*bytes).substr(begin, end - begin);
        begin = end + 1;
        ++number;
        if (text::trim(line).empty()) continue;
        try {
            take(json::parse(line).as_object());
        } catch (const std::exception& problem) {
            return base::Error{
                base::Errc::invalid_json, file + ":" + std::to_string(number) + ": " + problem.what(), {}, {}};
        }
    }
    return {};
}

base::Result<std::vector<EvalSuite>> read_suites(const std::string& file) {
    const auto bytes = read_file(file);
    if (!bytes) return base::Error{bytes.error().code, describe(bytes.error(), file), {}, {}};
    std::vector<EvalSuite> suites;
    try {
        const json::value parsed = json::parse(*bytes);
        for (const json::value& value : parsed.as_array()) {
            const json::object& tracker = value.as_object();
            const std::string name = string_of(tracker, "suite");
            auto suite = std::find_if(suites.begin(), suites.end(), [&](const auto& one) { return one.name == name; });
            if (suite == suites.end()) suite = suites.insert(suites.end(), {name, string_of(tracker, "language"), {}});
            detect::TrackerDefinition definition;
            definition.name = definition.id = string_of(tracker, "name");
            definition.vocabulary = strings_of(tracker, "vocabulary");
            suite->trackers.push_back(std::move(definition));
        }
    } catch (const std::exception& problem) {
        return base::Error{base::Errc::invalid_json, file + ": " + problem.what(), {}, {}};
    }
    return suites;
}

}  // namespace

const EvalSuite* EvalData::find_suite(const std::string& name) const noexcept {
    const auto found =
        std::find_if(suites.begin(), suites.end(), [&](const auto& suite) { return suite.name == name; });
    return found == suites.end() ? nullptr : &*found;
}

base::Result<EvalData> read_eval_data(const std::string& folder, bool stripped) {
    const auto text_of = [stripped](const json::object& object) {
        std::string text = string_of(object, "text");
        return stripped ? strip(text) : text;
    };
    const auto read_turns = [&](const json::object& object, EvalText& into) {
        for (const json::value& value : object.at("turns").as_array()) {
            const json::object& turn = value.as_object();
            into.turns.push_back({string_of(turn, "speaker"), text_of(turn)});
        }
    };

    EvalData data;
    auto suites = read_suites(folder + "/trackers_dev.json");
    if (!suites) return suites.error();
    data.suites = std::move(*suites);
    const auto utterances = read_lines(folder + "/utterances_dev.jsonl", [&](const json::object& object) {
        data.utterances.push_back({string_of(object, "id"),
                                   {string_of(object, "suite")},
                                   strings_of(object, "labels"),
                                   strings_of(object, "exact"),
                                   {{"", text_of(object)}}});
    });
    if (!utterances) return utterances.error();
    const auto calls = read_lines(folder + "/calls_dev.jsonl", [&](const json::object& object) {
        EvalText call{string_of(object, "id"), {string_of(object, "suite")}, {}, {}, {}};
        read_turns(object, call);
        data.calls.push_back(std::move(call));
    });
    if (!calls) return calls.error();
    const auto conversations = read_lines(folder + "/conversations_dev.jsonl", [&](const json::object& object) {
        EvalText conversation{string_of(object, "id"), strings_of(object, "fa_suites"), {}, {}, {}};
        read_turns(object, conversation);
        data.conversations.push_back(std::move(conversation));
    });
    if (!conversations) return conversations.error();
    return data;
}

}  // namespace earshot::app
