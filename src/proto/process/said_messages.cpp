#include "process/said_messages.hpp"

#include "earshot/proto/conversation_codec.hpp"

#include "body_members.hpp"
#include "wall_times.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace earshot::proto {
namespace {

/// Smaller numbers count from the conversation's begin: as times of day they would lie before March 1973.
constexpr double k_first_epoch_seconds = 1e8;
constexpr std::string_view k_no_time = "must be a time in ISO 8601 or in seconds";
constexpr std::size_t k_time_bytes = 64;

struct Moment {
    base::WallTime time;
    bool is_from_begin = false;
};

std::optional<Moment> read_seconds_of(const BodyValue& value, double seconds) {
    if (seconds >= 0 && seconds < k_first_epoch_seconds) {
        return Moment{base::WallTime(std::chrono::round<std::chrono::milliseconds>(base::from_seconds(seconds))), true};
    }
    if (const auto time = to_wall_time(seconds)) return Moment{*time, false};
    value.note(k_no_time);
    return std::nullopt;
}

std::optional<Moment> read_moment(const BodyValue& value) {
    double number = 0;
    if (value.is_number() && !value.element().get_double().get(number)) return read_seconds_of(value, number);
    if (!value.is_string()) {
        value.note(k_no_time);
        return std::nullopt;
    }
    const auto text = value.text(k_time_bytes);
    if (!text) return std::nullopt;
    if (const auto seconds = parse_seconds(*text)) return read_seconds_of(value, *seconds);
    if (const auto time = parse_time(*text)) return Moment{*time, false};
    value.note(k_no_time);
    return std::nullopt;
}

/// Of two times of which one alone is given it is both.
void read_duration(const BodyValue& value, SaidMessage& said) {
    std::optional<Moment> start;
    std::optional<Moment> end;
    bool is_right = true;
    value.for_each_member([&](std::string_view key, const BodyValue& member) {
        if (key != "startTime" && key != "endTime") return;
        auto& moment = key == "startTime" ? start : end;
        moment = read_moment(member);
        is_right &= moment.has_value();
    });
    if (!is_right || (!start && !end)) return;
    const Moment from = start ? *start : *end;
    const Moment to = end ? *end : *start;
    if (from.is_from_begin != to.is_from_begin) {
        value.note("must count both times from the same moment");
    } else if (to.time < from.time) {
        const Place place{&value.place(), "endTime", 0};
        value.at(place).note("must not be before the start");
    } else {
        said.time = detect::WallSpan{from.time, to.time};
        said.is_from_begin = from.is_from_begin;
    }
}

void read_payload(const BodyValue& value, const ProcessRules& rules, std::string& text) {
    bool has_content = false;
    value.for_each_member([&](std::string_view key, const BodyValue& member) {
        if (key != "content") return;
        has_content = true;
        text = member.text(rules.text_bytes).value_or("");
    });
    if (value.is_object() && !has_content) value.note_missing("content");
}

void read_message(const BodyValue& value, const ProcessRules& rules, SaidMessage& said) {
    bool has_payload = false;
    value.for_each_member([&](std::string_view key, const BodyValue& member) {
        if (key == "payload") {
            has_payload = true;
            read_payload(member, rules, said.text);
        } else if (key == "from") {
            said.from = read_person(member, rules.limits.name_bytes).speaker;
        } else if (key == "duration") {
            read_duration(member, said);
        }
    });
    if (said.from == Speaker{}) said.from.reset();
    if (value.is_object() && !has_payload) value.note_missing("payload");
}

}  // namespace

void read_messages(const BodyValue& value, const ProcessRules& rules, std::vector<SaidMessage>& messages) {
    messages.clear();
    bool is_empty = true;
    bool is_over = false;
    const bool is_array = value.for_each_element([&](const BodyValue& element) {
        is_empty = false;
        if (is_over) return;
        is_over = messages.size() == rules.messages;
        if (is_over) return value.note("holds over " + std::to_string(rules.messages) + " messages");
        read_message(element, rules, messages.emplace_back());
    });
    if (is_array && is_empty) value.note("must hold at least one message");
}

}  // namespace earshot::proto
