#include "body_members.hpp"

#include "earshot/text/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

namespace earshot::proto {
namespace {

constexpr std::size_t k_number_bytes = 64;

std::string in_lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    return lower;
}

/// Not a number where it is none.
double number_in(std::string_view text) {
    double number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && rest == text.data() + text.size() ? number : std::nan("");
}

}  // namespace

std::optional<bool> read_loose_flag(const BodyValue& value) {
    bool flag = false;
    if (!value.element().get_bool().get(flag)) return flag;
    std::int64_t number = -1;
    std::string_view text;
    std::string word;
    if (!value.element().get_string().get(text)) word = in_lower_case(text::trim(text.substr(0, k_number_bytes)));
    if (value.is_number() && !value.element().get_int64().get(number)) word = std::to_string(number);
    // Some put into a query what is a text in JSON.
    if (word.size() > 2 && word.starts_with('"') && word.ends_with('"')) word = word.substr(1, word.size() - 2);
    if (word == "true" || word == "1") return true;
    if (word == "false" || word == "0") return false;
    value.note("must be a boolean");
    return std::nullopt;
}

std::optional<double> read_loose_number(const BodyValue& value, double least, double most) {
    if (!value.is_string()) return value.number(least, most);
    const auto text = value.text(k_number_bytes);
    if (!text) return std::nullopt;
    const double number = number_in(text::trim(*text));
    if (std::isfinite(number)) return value.within(number, least, most);
    value.note("must be a number");
    return std::nullopt;
}

std::optional<std::size_t> read_loose_count(const BodyValue& value, std::size_t least, std::size_t most) {
    const auto number = read_loose_number(value, static_cast<double>(least), static_cast<double>(most));
    if (!number) return std::nullopt;
    if (*number == std::floor(*number)) return static_cast<std::size_t>(*number);
    value.note("must be a whole number");
    return std::nullopt;
}

std::optional<std::string> read_metadata(const BodyValue& value, std::size_t max_bytes) {
    if (!value.is_object()) {
        value.note("must be an object");
        return std::nullopt;
    }
    std::string json = simdjson::to_string(value.element());
    if (json.size() > max_bytes) {
        value.note("is over " + std::to_string(max_bytes) + " bytes");
    } else if (text::find_invalid_utf8(json)) {
        value.note("holds half of a surrogate pair");
    } else {
        return json;
    }
    return std::nullopt;
}

Person read_person(const BodyValue& value, std::size_t max_bytes) {
    Person person;
    std::string email;
    value.for_each_member([&](std::string_view key, const BodyValue& member) {
        const auto read = [&](std::string& into) { into = member.text(max_bytes).value_or(""); };
        if (key == "id") read(person.id);
        if (key == "userId") read(person.speaker.user_id);
        if (key == "name") read(person.speaker.name);
        if (key == "role") read(person.speaker.role);
        if (key == "email") read(email);
    });
    if (person.speaker.user_id.empty()) person.speaker.user_id = std::move(email);
    return person;
}

}  // namespace earshot::proto
