#include "rest_answers.hpp"

#include <fmt/format.h>

namespace earshot::app {

namespace json = boost::json;

json::value parsed(const RestAnswer& answer) {
    boost::system::error_code failure;
    return json::parse(answer.body, failure);
}

std::string text_of(const json::object& object, std::string_view member) {
    const json::value* const value = object.if_contains(member);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string shown(std::string text) {
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
    }
    return text;
}

std::string reason_of(const base::Result<RestAnswer>& answer, const std::string& url) {
    if (!answer) return url + ": " + answer.error().message;
    const json::value body = parsed(*answer);
    const std::string message = body.is_object() ? text_of(body.get_object(), "message") : "";
    return message.empty() ? fmt::format("the server answers with status {}", answer->status) : shown(message);
}

}  // namespace earshot::app
