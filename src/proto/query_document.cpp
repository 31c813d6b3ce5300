#include "query_document.hpp"

#include "earshot/proto/json_writer.hpp"
#include "earshot/text/percent.hpp"
#include "earshot/text/utf8.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace earshot::proto {
namespace {

/// Cuts off what stands before `mark` and the mark itself; all of `rest` if there is none.
std::string_view take_until(std::string_view& rest, char mark) {
    const std::string_view taken = rest.substr(0, rest.find(mark));
    rest.remove_prefix(std::min(taken.size() + 1, rest.size()));
    return taken;
}

std::string_view without_quotes(std::string_view text) {
    const bool is_quoted = text.size() >= 2 && text.front() == text.back() && (text[0] == '"' || text[0] == '\'');
    return is_quoted ? text.substr(1, text.size() - 2) : text;
}

/// Turns the values of a query into JSON. What is wrong with a value is noted, and the value is left out.
class QueryWriter {
public:
    QueryWriter(JsonWriter& json, FindingList& findings) : json_(json), findings_(findings) {}

    void write(const QueryParameter& parameter, const std::vector<std::string>& values) {
        if (values.empty()) return;
        switch (parameter.form) {
            case QueryForm::text:
                json_.member(parameter.name, values.back());
                return;
            case QueryForm::object:
                if (const auto value = parsed(parameter.name, values.back())) {
                    if (const auto json = minified(parameter.name, *value)) json_.key(parameter.name).raw(*json);
                }
                return;
            case QueryForm::objects:
                return write_objects(parameter.name, values);
            case QueryForm::texts:
                json_.key(parameter.name).begin_array();
                for (const std::string& value : values) write_texts(parameter.name, value);
                json_.end_array();
                return;
        }
    }

private:
    // A list that is only wrong is left out, so that it does not count as an empty one.
    void write_objects(std::string_view name, const std::vector<std::string>& values) {
        std::vector<std::string> elements;
        bool is_right = true;
        for (const std::string& value : values) is_right &= add_objects(name, value, elements);
        if (!is_right) return;
        json_.key(name).begin_array();
        for (const std::string& element : elements) json_.raw(element);
        json_.end_array();
    }

    bool add_objects(std::string_view name, std::string_view value, std::vector<std::string>& elements) {
        const auto whole = parsed(name, value);
        if (!whole) return false;
        simdjson::dom::array array;
        const bool is_array = whole->get_array().get(array) == simdjson::SUCCESS;
        const auto add = [&](simdjson::dom::element element) {
            auto json = minified(name, element);
            if (json) elements.push_back(std::move(*json));
            return json.has_value();
        };
        if (!is_array) return add(*whole);
        for (const simdjson::dom::element element : array) {
            if (!add(element)) return false;
        }
        return true;
    }

    void write_texts(std::string_view name, std::string_view value) {
        value = text::trim(value);
        if (value.starts_with('[')) {
            simdjson::dom::array array;
            if (parser_.parse(value.data(), value.size(), true).get_array().get(array) == simdjson::SUCCESS) {
                for (const simdjson::dom::element element : array) {
                    if (const auto json = minified(name, element)) json_.raw(*json);
                }
                return;
            }
            value.remove_prefix(1);
            if (value.ends_with(']')) value.remove_suffix(1);
        }
        while (!value.empty()) {
            const std::string_view entry = without_quotes(text::trim(take_until(value, ',')));
            if (!entry.empty()) json_.value(entry);
        }
    }

    /// Lives until the next value is parsed.
    std::optional<simdjson::dom::element> parsed(std::string_view name, std::string_view value) {
        simdjson::dom::element whole;
        if (!parser_.parse(value.data(), value.size(), true).get(whole)) return whole;
        note(name, "is not valid JSON");
        return std::nullopt;
    }

    std::optional<std::string> minified(std::string_view name, simdjson::dom::element value) {
        std::string json = simdjson::to_string(value);
        if (!text::find_invalid_utf8(json)) return json;
        note(name, "holds half of a surrogate pair");
        return std::nullopt;
    }

    void note(std::string_view name, std::string_view problem) {
        const Place root;
        findings_.add(Place{&root, name, 0}, problem);
    }

    JsonWriter& json_;
    FindingList& findings_;
    simdjson::dom::parser parser_;
};

/// The values of each of `known`, in its order, in the order in which they are given.
std::vector<std::vector<std::string>> values_of(std::string_view query, std::span<const QueryParameter> known,
                                                FindingList& findings) {
    std::vector<std::vector<std::string>> values(known.size());
    const Place root;
    while (!query.empty()) {
        std::string_view value = take_until(query, '&');
        const auto name = text::decode_form(take_until(value, '='));
        if (!name) continue;
        const auto found =
            std::ranges::find_if(known, [&](const QueryParameter& parameter) { return parameter.name == *name; });
        if (found == known.end()) continue;
        const Place place{&root, found->name, 0};
        auto decoded = text::decode_form(value);
        if (!decoded) {
            findings.add(place, "holds a per cent sign without two hex digits");
        } else if (text::find_invalid_utf8(*decoded)) {
            findings.add(place, "is not valid UTF-8");
        } else if (!text::trim(*decoded).empty()) {
            values[static_cast<std::size_t>(found - known.begin())].push_back(std::move(*decoded));
        }
    }
    return values;
}

}  // namespace

std::optional<simdjson::dom::element> parse_query(std::string_view query, std::span<const QueryParameter> known,
                                                  simdjson::dom::parser& parser, FindingList& findings) {
    const auto values = values_of(query, known, findings);
    std::string document;
    JsonWriter json(document);
    json.begin_object();
    QueryWriter writer(json, findings);
    for (std::size_t i = 0; i < known.size(); ++i) writer.write(known[i], values[i]);
    json.end_object();
    simdjson::dom::element whole;
    if (!parser.parse(document.data(), document.size(), true).get(whole)) return whole;
    // Each value was parsed before: only the whole, which is one level deeper, can be too deep.
    findings.add(Finding{{}, "the query is nested too deeply"});
    return std::nullopt;
}

}  // namespace earshot::proto
