#include "earshot/proto/conversation_codec.hpp"

#include "body_members.hpp"
#include "management/body_reader.hpp"
#include "member_readers.hpp"

#include <limits>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace earshot::proto {
namespace {

/// As many as speak in a live conversation at most.
constexpr std::size_t k_most_speakers = 256;

constexpr std::size_t k_name_bytes = MessageLimits{}.name_bytes;
constexpr std::size_t k_word_bytes = 64;
constexpr double k_most_nanos = 1e18;  // clients split seconds as they like
constexpr double k_open = std::numeric_limits<double>::infinity();

struct SpeakerEvent {
    bool is_start = false;
    detect::MemberRecord member;
    double seconds = 0;
};

double read_offset(const BodyValue& value) {
    double seconds = 0;
    value.for_each_member([&](std::string_view key, const BodyValue& member) {
        if (key == "seconds") seconds += read_loose_number(member, 0, k_most_seconds).value_or(0);
        if (key == "nanos") seconds += read_loose_number(member, 0, k_most_nanos).value_or(0) / 1e9;
    });
    return seconds;
}

bool read_is_start(const BodyValue& value) {
    const auto type = value.text(k_word_bytes);
    if (type && *type != "started_speaking" && *type != "stopped_speaking") {
        value.note("must be one of started_speaking, stopped_speaking");
    }
    return type == "started_speaking";
}

detect::MemberRecord read_user(const BodyValue& value) {
    Person user = read_person(value, k_name_bytes);
    const bool is_known = !user.id.empty() || !user.speaker.is_nobody();
    if (value.is_object() && !is_known) value.note("must hold an id, userId or name");
    return {std::move(user.id), std::move(user.speaker.name), std::move(user.speaker.user_id),
            std::move(user.speaker.role)};
}

SpeakerEvent read_event(const BodyValue& value) {
    SpeakerEvent event;
    bool has_type = false;
    bool has_user = false;
    bool has_offset = false;
    value.for_each_member([&](std::string_view key, const BodyValue& member) {
        if (key == "type") {
            has_type = true;
            event.is_start = read_is_start(member);
        } else if (key == "user") {
            has_user = true;
            event.member = read_user(member);
        } else if (key == "offset") {
            has_offset = true;
            event.seconds = read_offset(member);
        }
    });
    if (!value.is_object()) return event;
    if (!has_type) value.note_missing("type");
    if (!has_user) value.note_missing("user");
    if (!has_offset) value.note_missing("offset");
    return event;
}

/// Makes spans of starts and stops.
class SpanReader {
public:
    void add(const BodyValue& place, SpeakerEvent event) {
        const std::string key = key_of(event.member);
        if (known_.size() == k_most_speakers && !known_.contains(key)) {
            return place.note("speaks of over " + std::to_string(k_most_speakers) + " speakers");
        }
        known_.insert(key);
        const auto [open, is_new] = open_.try_emplace(key, spans_.size());
        if (event.is_start) {
            // Who starts again goes on.
            if (is_new) spans_.push_back({std::move(event.member), event.seconds, k_open});
            return;
        }
        if (is_new) {
            place.note("stops who has not started");
        } else if (event.seconds < spans_[open->second].start) {
            place.note("stops before its start");
        } else {
            spans_[open->second].end = event.seconds;
        }
        open_.erase(open);
    }

    std::vector<SpokenSpan> take() { return std::move(spans_); }

private:
    static std::string key_of(const detect::MemberRecord& member) {
        if (!member.id.empty()) return "i" + member.id;
        return member.user_id.empty() ? "n" + member.name : "u" + member.user_id;
    }

    std::vector<SpokenSpan> spans_;
    std::unordered_set<std::string> known_;
    std::unordered_map<std::string, std::size_t> open_;  // places in spans_ by who speaks
};

}  // namespace

Checked<std::vector<SpokenSpan>> read_speakers_body(std::string_view body) {
    FindingList findings;
    simdjson::dom::parser parser;
    std::vector<SpokenSpan> spans;
    const Place root;
    if (const auto parsed = parse_body(body, parser, findings)) {
        const BodyValue whole(*parsed, root, findings);
        bool has_events = false;
        whole.for_each_member([&](std::string_view key, const BodyValue& member) {
            if (key != "speakerEvents") return;
            has_events = true;
            SpanReader reader;
            member.for_each_element([&](const BodyValue& element) {
                // An event that is wrong would make others look wrong too.
                SpeakerEvent event = read_event(element);
                if (findings.empty()) reader.add(element, std::move(event));
            });
            spans = reader.take();
        });
        if (whole.is_object() && !has_events) whole.note_missing("speakerEvents");
    }
    if (!findings.empty()) return findings.take();
    return spans;
}

}  // namespace earshot::proto
