#include "start_reader.hpp"

#include "member_readers.hpp"
#include "recognisers/recogniser.hpp"
#include "tracker_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace earshot::proto {
namespace {

using base::Errc;

constexpr double k_longest_wait_seconds = 3600;

// `noConnectionTimeout` and its like: seconds, or a boolean for the most and nothing.
double read_wait(JsonValue value) {
    constexpr double k_most = 1800;
    if (value.is_boolean()) return value.read_bool() ? k_most : 0;
    return std::min(value.read_number(0, k_longest_wait_seconds), k_most);
}

void read_given(JsonValue value, TrackerReader& reader, GivenTrackers& given) {
    reader.read_list(value, given.definitions, &given.references, &given.pointers);
}

void read_change(JsonValue value, TrackerChange& change, const MessageLimits& limits) {
    TrackerReader reader(limits);
    value.for_each_member([&](std::string_view key, JsonValue member) {
        if (member.is_null()) return;
        if (key == "add") read_given(member, reader, change.add);
        if (key == "replace") read_given(member, reader, change.replace.emplace());
        if (key != "remove") return;
        member.for_each_element([&](JsonValue element) {
            if (change.remove.size() == limits.trackers) {
                fail(Errc::too_many, member.place(), "holds over " + std::to_string(limits.trackers) + " entries");
            }
            PlacedName& removed = change.remove.emplace_back();
            element.read(removed.name, limits.name_bytes);
            removed.pointer = element.place().pointer();
        });
    });
}

}  // namespace

void StartReader::read(std::string_view key, JsonValue member) {
    if (member.is_null()) return;
    if (key == "trackers") read_trackers_or_switches(member);
    if (key == "config") {
        member.for_each_member([&](std::string_view inner, JsonValue value) { read_config(inner, value); });
    }
    if (key == "speaker") {
        Speaker speaker;
        if (has_speaker(member, speaker, limits_)) start_.speaker = std::move(speaker);
    }
    if (is_switch_for_all(key)) start_.enable_all_trackers |= member.read_loose_bool();
    if (key == "disconnectOnStopRequest") start_.disconnect_on_stop = member.read_loose_bool();
    if (key == "disconnectOnStopRequestTimeout") start_.disconnect_on_stop_seconds = read_wait(member);
    if (key == "noConnectionTimeout") start_.no_connection_seconds = read_wait(member);
    if (key == "meetingTitle") member.read(start_.meeting_title, limits_.name_bytes);
    if (key == "resumeFrom") start_.resume_from = member.read_count();
}

bool StartReader::is_switch_for_all(std::string_view key) noexcept {
    return key == "enableAllTrackers" || key == "enableAllTracker";
}

void StartReader::read_trackers_or_switches(JsonValue value) {
    if (value.is_array()) {
        TrackerReader reader(limits_);
        reader.read_list(value, start_.trackers.trackers, &start_.tracker_references, &start_.tracker_pointers);
    } else {
        value.for_each_member([&](std::string_view key, JsonValue member) { read_switch(key, member); });
    }
}

void StartReader::read_switch(std::string_view key, JsonValue member) {
    if (member.is_null()) return;
    ListenerWishes& wishes = start_.wishes;
    detect::ListSettings& settings = start_.trackers.settings;
    if (key == "interimResults") wishes.interim_results |= member.read_loose_bool();
    if (key == "revisions" && member.read_loose_bool()) wishes.revisions = wishes.interim_results = true;
    if (key == "explain") wishes.explain = member.read_loose_bool();
    if (is_switch_for_all(key)) start_.enable_all_trackers |= member.read_loose_bool();
    if (key == "follow") start_.follow = member.read_loose_bool();
    if (key == "tiers") settings.tiers = read_tiers(member);
    if (key == "threshold") settings.threshold = member.read_number(0, 1);
    if (key == "phraseGapSeconds") start_.phrase_gap_seconds = member.read_number(0, k_most_seconds);
}

void StartReader::read_config(std::string_view key, JsonValue member) {
    if (member.is_null()) return;
    if (key == "trackers") read_trackers_or_switches(member);
    if (key == "languageCode") member.read(start_.trackers.settings.language, 64);
    if (key == "meetingTitle") member.read(start_.meeting_title, limits_.name_bytes);
    if (key == "timezoneOffset") start_.timezone_offset_minutes = static_cast<int>(member.read_number(-1440, 1440));
    if (key == "echoTranscript") start_.wishes.transcript = member.read_loose_bool();
    if (key == "pauseSeconds") start_.pause_seconds = member.read_number(0.1, 60);
    if (key == "transcriptFormat") read_format(member);
    if (key == "channels") read_channels(member);
    if (key == "store") read_keeping(member);
    if (is_switch_for_all(key)) start_.enable_all_trackers |= member.read_loose_bool();
    if (key == "speechRecognition") {
        member.for_each_member([&](std::string_view inner, JsonValue value) { read_audio(inner, value); });
    }
    read_audio(key, member);
}

void StartReader::read_audio(std::string_view key, JsonValue member) {
    if (key == "sampleRateHertz" && !member.is_null()) {
        start_.sample_rate_hertz = static_cast<std::uint32_t>(member.read_number(1, 1e6));
    }
    if (key == "encoding" && !member.is_null()) member.read(start_.encoding, 64);
}

void StartReader::read_format(JsonValue member) {
    std::string name;
    member.read(name, 64);
    const auto format = find_format(name);
    if (!format) fail(Errc::unsupported, member.place(), "names a format that is not supported");
    start_.transcript_format = *format;
}

void StartReader::read_keeping(JsonValue member) {
    std::string name;
    member.read(name, 64);
    start_.keeping = detect::find_keeping(name);
    if (!start_.keeping) fail(Errc::invalid_value, member.place(), "must be \"full\", \"hits\" or \"none\"");
}

void StartReader::read_channels(JsonValue member) {
    start_.channels.clear();
    member.for_each_element([&](JsonValue element) {
        if (start_.channels.size() == limits_.channels) {
            fail(Errc::too_many, member.place(), "holds over " + std::to_string(limits_.channels) + " channels");
        }
        has_speaker(element, start_.channels.emplace_back(), limits_);
    });
}

void read_modify(std::string_view key, JsonValue member, ModifyRequest& modify, const MessageLimits& limits) {
    if (member.is_null()) return;
    if (key == "trackers") read_change(member, modify.trackers.emplace(), limits);
    if (key != "speechRecognition") return;
    member.for_each_member([&](std::string_view inner, JsonValue value) {
        if (value.is_null()) return;
        if (inner == "sampleRateHertz")
            modify.sample_rate_hertz = static_cast<std::uint32_t>(value.read_number(1, 1e6));
        if (inner == "encoding") value.read(modify.encoding, 64);
    });
}

}  // namespace earshot::proto
