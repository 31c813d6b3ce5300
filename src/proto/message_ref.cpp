#include "message_ref.hpp"

#include "earshot/proto/server_codec.hpp"

#include <cmath>

namespace earshot::proto {

double rounded(double value) {
    return std::round(value * 1000) / 1000;
}

void write_speaker(JsonWriter& json, const ShownSpeaker& speaker) {
    json.begin_object().member("id", speaker.id).member("name", speaker.name).member("userId", speaker.user_id);
    if (!speaker.role.empty()) json.member("role", speaker.role);
    json.end_object();
}

void write_times(JsonWriter& json, const ShownTime& time) {
    json.member("startTime", to_iso8601(time.start)).member("endTime", to_iso8601(time.end));
    json.member("timeOffset", rounded(time.offset)).member("duration", rounded(time.duration));
}

void write_ref_members(JsonWriter& json, const MessageRef& ref) {
    json.member("id", ref.message).member("text", ref.text);
    json.member("offset", is_literal(ref.tier) ? static_cast<std::int64_t>(ref.begin) : -1);
    json.member("hitId", ref.hit).member("tier", detect::tier_name(ref.tier)).member("score", rounded(ref.score));
    json.key("span").begin_object().member("start", ref.begin).member("end", ref.end).end_object();
    json.key("speaker");
    write_speaker(json, ref.speaker);
    if (ref.time) write_times(json, *ref.time);
}

}  // namespace earshot::proto
