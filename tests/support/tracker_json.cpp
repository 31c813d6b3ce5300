#include "tracker_json.hpp"

#include <cstdio>

namespace earshot::support {

std::string to_json(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
            out += escape;
        } else {
            out += c;
        }
    }
    return out + "\"";
}

std::string to_json(double number) {
    char text[32];
    std::snprintf(text, sizeof text, "%.17g", number);
    return text;
}

std::string to_json(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) out += (out.empty() ? "" : ",") + to_json(text);
    return "[" + out + "]";
}

std::string to_json(const detect::TierSet& tiers) {
    std::vector<std::string> names;
    for (const detect::Tier tier : detect::k_all_tiers) {
        if (tiers.has(tier)) names.emplace_back(detect::tier_name(tier));
    }
    return to_json(names);
}

std::string to_json(const std::vector<detect::TrackerDefinition>& trackers) {
    std::string out;
    for (const detect::TrackerDefinition& tracker : trackers) {
        out += (out.empty() ? "" : ",") + std::string(R"({"id":)") + to_json(tracker.id) + R"(,"name":)" +
               to_json(tracker.name) + R"(,"vocabulary":)" + to_json(tracker.vocabulary) + R"(,"excludeVocabulary":)" +
               to_json(tracker.exclude_vocabulary) + R"(,"patterns":)" + to_json(tracker.patterns) + R"(,"speakers":)" +
               to_json(tracker.speakers) + R"(,"cooldownSeconds":)" + to_json(tracker.cooldown_seconds);
        if (tracker.tiers) out += R"(,"tiers":)" + to_json(*tracker.tiers);
        out += "}";
    }
    return "[" + out + "]";
}

std::string to_json(const proto::TranscriptChunk& chunk) {
    std::string out = R"({"type":"transcript","text":)" + to_json(chunk.text);
    out += chunk.is_final ? R"(,"isFinal":true)" : R"(,"isFinal":false)";
    out += chunk.end_of_utterance ? R"(,"endOfUtterance":true)" : R"(,"endOfUtterance":false)";
    if (!chunk.utterance_id.empty()) out += R"(,"utteranceId":)" + to_json(chunk.utterance_id);
    if (chunk.speaker) {
        out += R"(,"speaker":{"userId":)" + to_json(chunk.speaker->user_id) + R"(,"role":)" +
               to_json(chunk.speaker->role) + "}";
    }
    return out + "}";
}

}  // namespace earshot::support
