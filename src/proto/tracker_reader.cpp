#include "tracker_reader.hpp"

namespace earshot::proto {

using base::Errc;
using base::Result;

void TrackerReader::read_list(JsonValue value, std::vector<detect::TrackerDefinition>& trackers,
                              std::vector<PlacedName>* references, std::vector<std::string>* pointers) {
    value.for_each_element([&](JsonValue element) {
        if (trackers.size() + (references ? references->size() : 0) >= limits_.trackers) {
            fail(Errc::too_many, value.place(), "holds over " + std::to_string(limits_.trackers) + " trackers");
        }
        detect::TrackerDefinition tracker;
        bool has_phrases = false;
        const Place& place = element.place();
        read_tracker(element, tracker, has_phrases);
        if (!has_phrases && references && !tracker.id.empty()) {
            references->push_back({std::move(tracker.id), place.pointer()});
            return;
        }
        const Place name{&place, "name", 0};
        const Place vocabulary{&place, "vocabulary", 0};
        if (tracker.name.empty()) fail(Errc::missing_member, name, "is required");
        if (!has_phrases) fail(Errc::missing_member, vocabulary, "is required");
        if (tracker.vocabulary.empty() && tracker.patterns.empty()) {
            fail(Errc::invalid_value, vocabulary, "must hold a phrase");
        }
        if (pointers) pointers->push_back(place.pointer());
        trackers.push_back(std::move(tracker));
    });
}

void TrackerReader::read_tracker(JsonValue value, detect::TrackerDefinition& tracker, bool& has_phrases) {
    value.for_each_member([&](std::string_view key, JsonValue member) {
        if (member.is_null()) return;
        if (key == "id") member.read(tracker.id, limits_.name_bytes);
        if (key == "name") member.read(tracker.name, limits_.name_bytes);
        if (key == "description") member.read(tracker.description, limits_.phrase_bytes);
        if (key == "vocabulary") read_phrases(member, tracker.vocabulary);
        if (key == "excludeVocabulary") read_phrases(member, tracker.exclude_vocabulary);
        if (key == "patterns") read_phrases(member, tracker.patterns);
        if (key == "vocabulary" || key == "patterns") has_phrases = true;
        if (key == "languages") read_strings(member, tracker.languages, 64);
        if (key == "speakers") read_strings(member, tracker.speakers, limits_.name_bytes);
        if (key == "categories") read_strings(member, tracker.categories, limits_.name_bytes);
        if (key == "threshold") tracker.threshold = member.read_number(0, 1);
        if (key == "tiers") tracker.tiers = read_tiers(member);
        if (key == "cooldownSeconds") tracker.cooldown_seconds = member.read_number(0, 1e9);
    });
}

void TrackerReader::read_strings(JsonValue value, std::vector<std::string>& strings, std::size_t max_bytes) {
    strings.clear();
    value.for_each_element([&](JsonValue element) {
        if (strings.size() == 1000) fail(Errc::too_many, value.place(), "holds over 1000 entries");
        element.read(strings.emplace_back(), max_bytes);
    });
}

void TrackerReader::read_phrases(JsonValue value, std::vector<std::string>& phrases) {
    phrases.clear();
    value.for_each_element([&](JsonValue element) {
        if (phrases_ == limits_.phrases) {
            fail(Errc::too_many, value.place(), "is beyond " + std::to_string(limits_.phrases) + " phrases in all");
        }
        ++phrases_;
        element.read(phrases.emplace_back(), limits_.phrase_bytes);
    });
}

detect::TierSet read_tiers(JsonValue value) {
    detect::TierSet tiers;
    value.for_each_element([&](JsonValue element) {
        std::string name;
        element.read(name, 64);
        const auto tier = detect::find_tier(name);
        if (!tier) fail(Errc::invalid_value, element.place(), "names no tier");
        tiers.insert(*tier);
    });
    return tiers;
}

Result<std::vector<detect::TrackerDefinition>> parse_trackers(std::string_view json, const MessageLimits& limits) {
    const simdjson::padded_string padded(json);
    simdjson::ondemand::parser parser;
    const Place root;
    std::vector<detect::TrackerDefinition> trackers;
    try {
        simdjson::ondemand::document document;
        if (const auto error = parser.iterate(padded).get(document)) fail(error, root);
        simdjson::ondemand::value whole;
        if (document.get_value().get(whole)) fail(Errc::wrong_type, root, "must be an array of trackers");
        JsonValue value(whole, root);
        TrackerReader reader(limits);
        if (value.is_array()) {
            reader.read_list(value, trackers, nullptr);
        } else {
            bool has_list = false;
            value.for_each_member([&](std::string_view key, JsonValue member) {
                if (key != "trackers") return;
                reader.read_list(member, trackers, nullptr);
                has_list = true;
            });
            const Place place{&root, "trackers", 0};
            if (!has_list) fail(Errc::missing_member, place, "is required");
        }
        expect_end(document, root);
    } catch (ReadFailure& failure) {
        return std::move(failure.error);
    }
    return trackers;
}

}  // namespace earshot::proto
