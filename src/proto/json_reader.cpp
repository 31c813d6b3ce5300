#include "json_reader.hpp"

#include <algorithm>

namespace earshot::proto {

using base::Errc;

std::string Place::pointer() const {
    if (parent == nullptr) return {};
    std::string path = parent->pointer() + "/";
    if (key.data() == nullptr) return path + std::to_string(index);
    for (const char c : key) {
        if (c == '~') {
            path += "~0";
        } else if (c == '/') {
            path += "~1";
        } else {
            path += c;
        }
    }
    return path;
}

std::string Place::quoted_name() const {
    if (parent == nullptr) return "the message";
    if (key.data() == nullptr) return parent->quoted_name();
    return "\"" + std::string(key) + "\"";
}

void fail(Errc code, const Place& place, std::string_view problem) {
    throw ReadFailure{{code, place.quoted_name() + " " + std::string(problem), place.pointer(), {}}};
}

void fail(simdjson::error_code code, const Place& place) {
    switch (code) {
        case simdjson::UTF8_ERROR:
            fail(Errc::invalid_utf8, place, "is not valid UTF-8");
        case simdjson::STRING_ERROR:
            fail(Errc::lone_surrogate, place, "holds an escape that is no character");
        default:
            break;
    }
    throw ReadFailure{
        {Errc::invalid_json, "the message is not valid JSON", place.pointer(), simdjson::error_message(code)}};
}

void expect_end(simdjson::ondemand::document& document, const Place& root) {
    const char* location = nullptr;
    if (document.current_location().get(location) != simdjson::OUT_OF_BOUNDS) {
        fail(Errc::invalid_json, root, "is followed by more than white space");
    }
}

void JsonValue::wrong_type(simdjson::error_code error, std::string_view wanted) const {
    if (error == simdjson::INCORRECT_TYPE || error == simdjson::NUMBER_OUT_OF_RANGE) {
        fail(Errc::wrong_type, place_, "must be " + std::string(wanted));
    }
    fail(error, place_);
}

bool JsonValue::is_null() {
    bool null = false;
    if (const auto error = value_.is_null().get(null)) fail(error, place_);
    return null;
}

namespace {

bool has_type(simdjson::ondemand::value& value, const Place& place, simdjson::ondemand::json_type wanted) {
    simdjson::ondemand::json_type type;
    if (const auto error = value.type().get(type)) fail(error, place);
    return type == wanted;
}

}  // namespace

bool JsonValue::is_array() {
    return has_type(value_, place_, simdjson::ondemand::json_type::array);
}
bool JsonValue::is_object() {
    return has_type(value_, place_, simdjson::ondemand::json_type::object);
}
bool JsonValue::is_string() {
    return has_type(value_, place_, simdjson::ondemand::json_type::string);
}
bool JsonValue::is_boolean() {
    return has_type(value_, place_, simdjson::ondemand::json_type::boolean);
}

void JsonValue::read(std::string& into, std::size_t max_bytes) {
    std::string_view text;
    if (const auto error = value_.get_string().get(text)) wrong_type(error, "a string");
    if (text.size() > max_bytes) fail(Errc::too_large, place_, "is over " + std::to_string(max_bytes) + " bytes");
    into.assign(text);
}

bool JsonValue::read_bool() {
    bool value = false;
    if (const auto error = value_.get_bool().get(value)) wrong_type(error, "a boolean");
    return value;
}

bool JsonValue::read_loose_bool() {
    if (has_type(value_, place_, simdjson::ondemand::json_type::number)) {
        const std::int64_t flag = read_integer();
        if (flag != 0 && flag != 1) fail(Errc::wrong_type, place_, "must be a boolean");
        return flag == 1;
    }
    if (!is_string()) return read_bool();
    std::string text;
    read(text, 16);
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    if (text == "true") return true;
    if (text == "false") return false;
    fail(Errc::wrong_type, place_, "must be a boolean");
}

double JsonValue::read_number(double least, double most) {
    double value = 0;
    if (const auto error = value_.get_double().get(value)) wrong_type(error, "a number");
    if (!(value >= least && value <= most)) fail(Errc::invalid_value, place_, "is out of range");
    return value;
}

std::int64_t JsonValue::read_integer() {
    std::int64_t value = 0;
    if (const auto error = value_.get_int64().get(value)) wrong_type(error, "an integer");
    return value;
}

std::uint64_t JsonValue::read_count() {
    const std::int64_t value = read_integer();
    if (value < 0) fail(Errc::invalid_value, place_, "must not be negative");
    return static_cast<std::uint64_t>(value);
}

}  // namespace earshot::proto
