#include "earshot/app/server_event.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace earshot::app {
namespace {

namespace json = boost::json;

const json::object& object_of(const json::value* value) {
    static const json::object empty;
    return value && value->is_object() ? value->get_object() : empty;
}

const json::object& object_at(const json::object& parent, std::string_view key) {
    return object_of(parent.if_contains(key));
}

const json::array& array_at(const json::object& parent, std::string_view key) {
    static const json::array empty;
    const json::value* value = parent.if_contains(key);
    return value && value->is_array() ? value->get_array() : empty;
}

std::string text_at(const json::object& parent, std::string_view key) {
    const json::value* value = parent.if_contains(key);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

double number_at(const json::object& parent, std::string_view key) {
    const json::value* value = parent.if_contains(key);
    return value && value->is_number() ? value->to_number<double>() : 0.0;
}

std::uint32_t position_at(const json::object& parent, std::string_view key) {
    return static_cast<std::uint32_t>(std::clamp(number_at(parent, key), 0.0, 4e9));
}

proto::Speaker read_speaker(const json::object& parent, std::string_view key) {
    const json::object& speaker = object_at(parent, key);
    return {text_at(speaker, "userId"), text_at(speaker, "name"), text_at(speaker, "role")};
}

std::optional<detect::HitState> read_state(const json::object& ref) {
    const std::string name = text_at(ref, "state");
    for (const auto state : {detect::HitState::created, detect::HitState::updated, detect::HitState::confirmed,
                             detect::HitState::retracted}) {
        if (name == detect::state_name(state)) return state;
    }
    return std::nullopt;
}

PlatformEvent read_platform(const json::object& message) {
    PlatformEvent event;
    event.type = text_at(message, "type");
    event.conversation_id = text_at(object_at(message, "data"), "conversationId");
    event.request_id = text_at(message, "requestId");
    if (event.type != "error") return event;
    event.code = text_at(message, "code");
    event.message = text_at(message, "message");
    if (const std::string path = text_at(message, "path"); !path.empty()) event.message = path + ": " + event.message;
    return event;
}

MessageEvent read_messages(const json::object& root) {
    MessageEvent event;
    for (const json::value& element : array_at(root, "messages")) {
        const json::object& message = object_of(&element);
        if (event.messages.empty()) event.speaker = read_speaker(message, "from");
        event.messages.push_back({text_at(message, "id"), text_at(object_at(message, "payload"), "content")});
    }
    return event;
}

HeardPart read_part(const json::object& ref) {
    const json::object& span = object_at(ref, "span");
    return {text_at(ref, "id"), text_at(ref, "text"), position_at(span, "start"), position_at(span, "end")};
}

/// The hits of one match element; those of one hit are told apart from others of the phrase by their id.
void read_match(const json::object& match, const std::string& tracker, std::vector<HeardHit>& hits) {
    const std::size_t first = hits.size();
    for (const json::value& element : array_at(match, "messageRefs")) {
        const json::object& ref = object_of(&element);
        const std::string id = text_at(ref, "hitId");
        const auto begin = hits.begin() + static_cast<std::ptrdiff_t>(first);
        auto hit = id.empty() ? hits.end() : std::find_if(begin, hits.end(), [&](const auto& h) { return h.id == id; });
        if (hit == hits.end()) {
            hits.push_back({id,
                            tracker,
                            text_at(match, "value"),
                            text_at(ref, "tier"),
                            number_at(ref, "score"),
                            read_state(ref),
                            read_speaker(ref, "speaker"),
                            {}});
            hit = std::prev(hits.end());
        }
        hit->parts.push_back(read_part(ref));
    }
}

TrackerEvent read_trackers(const json::object& root) {
    TrackerEvent event;
    const json::value* is_final = root.if_contains("isFinal");
    event.is_final = is_final && is_final->is_bool() && is_final->get_bool();
    for (const json::value& element : array_at(root, "trackers")) {
        const json::object& tracker = object_of(&element);
        const std::string name = text_at(tracker, "name");
        for (const json::value& match : array_at(tracker, "matches")) read_match(object_of(&match), name, event.hits);
    }
    return event;
}

}  // namespace

base::Result<ServerEvent> parse_server_event(std::string_view frame) {
    boost::system::error_code error;
    const json::value parsed = json::parse(frame, error);
    if (error) return base::Error{base::Errc::invalid_json, "the server sent no JSON: " + error.message(), {}, {}};
    if (!parsed.is_object()) return base::Error{base::Errc::wrong_type, "the server sent no JSON object", {}, {}};
    const json::object& root = parsed.get_object();
    const std::string type = text_at(root, "type");
    if (type == "message") return ServerEvent(read_platform(object_at(root, "message")));
    if (type == "message_response") return ServerEvent(read_messages(root));
    if (type == "tracker_response") return ServerEvent(read_trackers(root));
    return ServerEvent(OtherEvent{type});
}

detect::HitState state_of(const HeardHit& hit, bool is_final) noexcept {
    if (hit.state) return *hit.state;
    return is_final ? detect::HitState::confirmed : detect::HitState::created;
}

}  // namespace earshot::app
