#pragma once

#include "earshot/base/error.hpp"

#include <simdjson.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// simdjson On-Demand with paths: each reader knows where it stands, so that an error names the place. Readers throw
// ReadFailure, which never leaves the codec: the alternative, a Result from each of some fifty member reads, hides the
// format.
namespace earshot::proto {

/// Where a value stands in a document; a list on the stack, written out only when an error needs it.
struct Place {
    const Place* parent = nullptr;
    std::string_view key;
    std::size_t index = 0;

    std::string pointer() const;
    /// The name for messages: the nearest member's, in quotes.
    std::string quoted_name() const;
};

struct ReadFailure {
    base::Error error;
};

[[noreturn]] void fail(base::Errc code, const Place& place, std::string_view problem);
[[noreturn]] void fail(simdjson::error_code code, const Place& place);

/// Fails unless only white space follows what was read.
void expect_end(simdjson::ondemand::document& document, const Place& root);

/// A value and its place. Like the value it can be read once.
class JsonValue {
public:
    JsonValue(simdjson::ondemand::value value, const Place& place) : value_(value), place_(place) {}

    const Place& place() const noexcept { return place_; }
    bool is_null();
    bool is_array();
    bool is_object();
    bool is_string();
    bool is_boolean();

    /// Replaces `into` by the string; Errc::too_large beyond `max_bytes`.
    void read(std::string& into, std::size_t max_bytes);
    bool read_bool();
    /// true and false, and the strings "true" and "false" in any case, as some clients send them.
    bool read_loose_bool();
    double read_number(double least, double most);
    std::int64_t read_integer();
    /// An integer that is not negative.
    std::uint64_t read_count();

    /// Calls `visit(key, JsonValue)` for each member. Unknown ones may be left unread.
    template <typename Visit>
    void for_each_member(Visit&& visit) {
        simdjson::ondemand::object object;
        if (const auto error = value_.get_object().get(object)) wrong_type(error, "an object");
        for (auto field : object) {
            simdjson::ondemand::field member;
            if (const auto error = std::move(field).get(member)) fail(error, place_);
            std::string_view key;
            if (const auto error = member.unescaped_key().get(key)) fail(error, place_);
            const Place inner{&place_, key, 0};
            visit(key, JsonValue(member.value(), inner));
        }
    }

    template <typename Visit>
    void for_each_element(Visit&& visit) {
        simdjson::ondemand::array array;
        if (const auto error = value_.get_array().get(array)) wrong_type(error, "an array");
        std::size_t index = 0;
        for (auto element : array) {
            simdjson::ondemand::value value;
            if (const auto error = std::move(element).get(value)) fail(error, place_);
            const Place inner{&place_, {}, index++};
            visit(JsonValue(value, inner));
        }
    }

private:
    [[noreturn]] void wrong_type(simdjson::error_code error, std::string_view wanted) const;

    simdjson::ondemand::value value_;
    const Place& place_;
};

}  // namespace earshot::proto
