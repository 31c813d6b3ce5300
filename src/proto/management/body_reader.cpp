#include "management/body_reader.hpp"

#include "earshot/text/utf8.hpp"

#include <algorithm>

namespace earshot::proto {

namespace {

bool is_index(std::string_view token) {
    return !token.empty() && token.find_first_not_of("0123456789") == token.npos;
}

/// `/2/vocabulary/3` as `[2].vocabulary[3]`. Members that findings name need no escape.
std::string field_name(std::string_view path) {
    std::string name;
    while (!path.empty()) {
        path.remove_prefix(1);
        const std::string_view token = path.substr(0, path.find('/'));
        path.remove_prefix(token.size());
        if (is_index(token)) {
            name.append("[").append(token).append("]");
        } else {
            name.append(name.empty() ? "" : ".").append(token);
        }
    }
    return name;
}

}  // namespace

Finding make_finding(std::string path, std::string_view problem) {
    std::string message = path.empty() ? "the body" : "\"" + field_name(path) + "\"";
    message.append(" ").append(problem);
    return {std::move(path), std::move(message)};
}

void FindingList::add(const Place& place, std::string_view problem) {
    if (!is_full()) add(make_finding(place.pointer(), problem));
}

void FindingList::add(Finding finding) {
    if (!is_full()) findings_.list.push_back(std::move(finding));
}

bool FindingList::has(std::string_view path) const noexcept {
    return std::any_of(findings_.list.begin(), findings_.list.end(),
                       [path](const Finding& finding) { return finding.path == path; });
}

std::optional<std::string_view> BodyValue::text(std::size_t max_bytes) const {
    std::string_view text;
    if (value_.get_string().get(text)) {
        note("must be a string");
    } else if (text.size() > max_bytes) {
        note("is over " + std::to_string(max_bytes) + " bytes");
    } else if (text::find_invalid_utf8(text)) {
        note("holds half of a surrogate pair");
    } else if (text.find('\0') != text.npos) {
        note("holds the character U+0000");
    } else {
        return text;
    }
    return std::nullopt;
}

std::optional<double> BodyValue::number(double least, double most) const {
    double number = 0;
    if (!value_.get_double().get(number)) return within(number, least, most);
    note("must be a number");
    return std::nullopt;
}

std::optional<double> BodyValue::within(double number, double least, double most) const {
    if (number >= least && number <= most) return number + 0.0;  // -0 becomes 0
    const auto whole = [](double bound) { return std::to_string(static_cast<long long>(bound)); };
    note("must be within " + whole(least) + " and " + whole(most));
    return std::nullopt;
}

std::optional<simdjson::dom::element> parse_body(std::string_view body, simdjson::dom::parser& parser,
                                                 FindingList& findings) {
    simdjson::dom::element whole;
    const auto error = parser.parse(body.data(), body.size(), true).get(whole);
    if (!error) return whole;
    const Place root;
    switch (error) {
        case simdjson::UTF8_ERROR:
            findings.add(root, "is not valid UTF-8");
            break;
        case simdjson::DEPTH_ERROR:
            findings.add(root, "is nested too deeply");
            break;
        default:
            findings.add(root, "is not valid JSON");
    }
    return std::nullopt;
}

}  // namespace earshot::proto
