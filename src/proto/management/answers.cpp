#include "earshot/proto/json_writer.hpp"
#include "earshot/proto/management_codec.hpp"
#include "earshot/proto/server_codec.hpp"

namespace earshot::proto {
namespace {

void write_list(JsonWriter& json, std::string_view name, const std::vector<std::string>& entries) {
    json.key(name).begin_array();
    for (const std::string& entry : entries) json.value(entry);
    json.end_array();
}

void write_settings(JsonWriter& json, const detect::TrackerDefinition& tracker) {
    if (!tracker.patterns.empty()) write_list(json, "patterns", tracker.patterns);
    if (!tracker.speakers.empty()) write_list(json, "speakers", tracker.speakers);
    if (tracker.threshold) json.member("threshold", *tracker.threshold);
    if (tracker.tiers) {
        json.key("tiers").begin_array();
        for (const detect::Tier tier : detect::k_all_tiers) {
            if (tracker.tiers->has(tier)) json.value(detect::tier_name(tier));
        }
        json.end_array();
    }
    if (tracker.cooldown_seconds != 0) json.member("cooldownSeconds", tracker.cooldown_seconds);
}

void write_record(JsonWriter& json, const detect::TrackerRecord& record) {
    const detect::TrackerDefinition& tracker = record.tracker;
    json.begin_object().member("id", tracker.id).member("name", tracker.name);
    json.member("description", tracker.description);
    write_list(json, "categories", tracker.categories);
    write_list(json, "languages", tracker.languages);
    write_list(json, "vocabulary", tracker.vocabulary);
    write_list(json, "excludeVocabulary", tracker.exclude_vocabulary);
    write_settings(json, tracker);
    json.member("createdOn", to_iso8601(record.created_on));
    json.member("updatedOn", to_iso8601(record.updated_on)).end_object();
}

}  // namespace

std::string tracker_answer(const detect::TrackerRecord& record) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().key("tracker");
    write_record(json, record);
    json.end_object();
    return out;
}

std::string trackers_answer(std::span<const detect::TrackerRecord> records) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().key("trackers").begin_array();
    for (const detect::TrackerRecord& record : records) write_record(json, record);
    json.end_array().end_object();
    return out;
}

std::string deleted_answer(std::string_view id) {
    std::string out;
    JsonWriter(out).begin_object().member("id", id).member("type", "tracker").member("deleted", true).end_object();
    return out;
}

std::string findings_answer(const Findings& findings) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().member("message", findings.list.front().message).key("errors").begin_array();
    for (const Finding& finding : findings.list) {
        json.begin_object().member("path", finding.path).member("message", finding.message).end_object();
    }
    json.end_array().end_object();
    return out;
}

std::string status_answer(std::string_view message, unsigned status) {
    std::string out;
    JsonWriter(out).begin_object().member("message", message).member("statusCode", status).end_object();
    return out;
}

}  // namespace earshot::proto
