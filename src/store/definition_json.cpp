#include "definition_json.hpp"

#include "earshot/proto/json_writer.hpp"
#include "earshot/text/utf8.hpp"

#include <cmath>
#include <optional>
#include <vector>

namespace earshot::store {
namespace {

using Texts = std::vector<std::string>;

struct TextsMember {
    const char* key;
    Texts detect::TrackerDefinition::* texts;
};

constexpr TextsMember k_texts[] = {
    {"vocabulary", &detect::TrackerDefinition::vocabulary},
    {"excludeVocabulary", &detect::TrackerDefinition::exclude_vocabulary},
    {"patterns", &detect::TrackerDefinition::patterns},
    {"languages", &detect::TrackerDefinition::languages},
    {"speakers", &detect::TrackerDefinition::speakers},
    {"categories", &detect::TrackerDefinition::categories},
};

std::optional<base::Error> find_problem(const detect::TrackerDefinition& tracker, const std::string& path) {
    const auto problem = [&](base::Errc code, const std::string& member, const char* what) {
        return base::Error{code, member + " " + what, path + "/" + member, {}};
    };
    constexpr const char* k_no_utf8 = "is no UTF-8";
    constexpr const char* k_not_finite = "is not finite";
    for (const TextsMember& member : k_texts) {
        for (const std::string& text : tracker.*member.texts) {
            if (text::find_invalid_utf8(text)) return problem(base::Errc::invalid_utf8, member.key, k_no_utf8);
        }
    }
    if (text::find_invalid_utf8(tracker.description)) {
        return problem(base::Errc::invalid_utf8, "description", k_no_utf8);
    }
    if (!std::isfinite(tracker.threshold.value_or(0))) {
        return problem(base::Errc::invalid_value, "threshold", k_not_finite);
    }
    if (!std::isfinite(tracker.cooldown_seconds)) {
        return problem(base::Errc::invalid_value, "cooldownSeconds", k_not_finite);
    }
    return std::nullopt;
}

void write_tiers(proto::JsonWriter& writer, detect::TierSet tiers) {
    writer.key("tiers").begin_array();
    for (const detect::Tier tier : detect::k_all_tiers) {
        if (tiers.has(tier)) writer.value(detect::tier_name(tier));
    }
    writer.end_array();
}

// The readers below throw simdjson::simdjson_error where something is not of the type that is written.

detect::TierSet read_tiers(simdjson::dom::array names) {
    detect::TierSet tiers;
    for (const simdjson::dom::element name : names) {
        const auto tier = detect::find_tier(std::string_view(name));
        if (!tier) throw simdjson::simdjson_error(simdjson::INCORRECT_TYPE);
        tiers.insert(*tier);
    }
    return tiers;
}

detect::TrackerDefinition read_object(simdjson::dom::object object) {
    detect::TrackerDefinition tracker;
    for (const auto [key, value] : object) {
        for (const TextsMember& member : k_texts) {
            if (key != member.key) continue;
            for (const simdjson::dom::element text : simdjson::dom::array(value)) {
                (tracker.*member.texts).emplace_back(std::string_view(text));
            }
        }
        if (key == "description") tracker.description = std::string_view(value);
        if (key == "threshold") tracker.threshold = double(value);
        if (key == "tiers") tracker.tiers = read_tiers(value);
        if (key == "cooldownSeconds") tracker.cooldown_seconds = double(value);
    }
    return tracker;
}

}  // namespace

base::Result<std::string> write_definition(const detect::TrackerDefinition& tracker, const std::string& path) {
    if (auto error = find_problem(tracker, path)) return *error;
    std::string json;
    proto::JsonWriter writer(json);
    writer.begin_object();
    for (const TextsMember& member : k_texts) {
        if ((tracker.*member.texts).empty()) continue;
        writer.key(member.key).begin_array();
        for (const std::string& text : tracker.*member.texts) writer.value(text);
        writer.end_array();
    }
    if (!tracker.description.empty()) writer.member("description", tracker.description);
    if (tracker.threshold) writer.member("threshold", *tracker.threshold);
    if (tracker.tiers) write_tiers(writer, *tracker.tiers);
    if (tracker.cooldown_seconds != 0) writer.member("cooldownSeconds", tracker.cooldown_seconds);
    writer.end_object();
    return json;
}

base::Result<detect::TrackerDefinition> DefinitionReader::read(std::string_view json) {
    try {
        return read_object(parser_.parse(json.data(), json.size()));
    } catch (const simdjson::simdjson_error& error) {
        return base::Error{base::Errc::io_failed, "a stored tracker cannot be read", {}, error.what()};
    }
}

}  // namespace earshot::store
