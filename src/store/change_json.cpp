#include "earshot/store/change_json.hpp"

#include "earshot/proto/json_writer.hpp"

#include "conversation_json.hpp"
#include "row_values.hpp"

#include <cstdint>
#include <optional>

namespace earshot::store {
namespace {

using detect::ConversationChange;
using proto::JsonWriter;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

std::int64_t milliseconds(base::WallTime time) {
    return number_of(time);
}

void write_hit(JsonWriter& json, const detect::HitRecord& hit) {
    json.begin_object().member("id", hit.id).member("tracker", hit.tracker).member("name", hit.tracker_name);
    json.member("value", hit.value).member("tier", detect::tier_name(hit.tier)).member("score", hit.score);
    json.member("member", hit.member).key("parts");
    write_parts(json, hit.parts);
    json.end_object();
}

void write_message(JsonWriter& json, const detect::MessageRecord& message) {
    json.begin_object().member("id", message.id).member("member", message.member);
    json.member("utterance", message.utterance).member("text", message.text);
    if (message.time) {
        json.member("start", milliseconds(message.time->start)).member("end", milliseconds(message.time->end));
    }
    json.key("words");
    write_words(json, message.words);
    json.end_object();
}

// The readers below throw simdjson::simdjson_error where something is not of the type that is written.

std::string text_of(element value) {
    return std::string(std::string_view(value));
}

base::WallTime time_at(object members, std::string_view key) {
    return time_of(std::int64_t(members[key]));
}

template <typename Value>
Value known(const std::optional<Value>& found) {
    if (!found) throw simdjson::simdjson_error(simdjson::INCORRECT_TYPE);
    return *found;
}

detect::MessageRecord read_message(object members) {
    detect::MessageRecord message;
    message.id = text_of(members["id"]);
    message.member = text_of(members["member"]);
    message.utterance = std::uint64_t(members["utterance"]);
    message.text = text_of(members["text"]);
    if (members["start"].error() == simdjson::SUCCESS) {
        message.time = detect::WallSpan{time_at(members, "start"), time_at(members, "end")};
    }
    message.words = words_of(members["words"]);
    return message;
}

detect::HitRecord read_hit(object members) {
    detect::HitRecord hit;
    hit.id = text_of(members["id"]);
    hit.tracker = text_of(members["tracker"]);
    hit.tracker_name = text_of(members["name"]);
    hit.value = text_of(members["value"]);
    hit.tier = known(detect::find_tier(std::string_view(members["tier"])));
    hit.score = double(members["score"]);
    hit.member = text_of(members["member"]);
    hit.parts = parts_of(members["parts"]);
    return hit;
}

ConversationChange read_members(object members) {
    ConversationChange change;
    change.account = text_of(members["account"]);
    change.conversation = text_of(members["conversation"]);
    if (members["started"].error() == simdjson::SUCCESS) {
        change.begin = detect::ConversationBegin{text_of(members["name"]),
                                                 known(detect::find_source(std::string_view(members["source"]))),
                                                 known(detect::find_keeping(std::string_view(members["keeping"]))),
                                                 time_at(members, "started"),
                                                 time_at(members, "keptSince"),
                                                 text_of(members["metadata"])};
    }
    for (const element each : array(members["members"])) {
        const array member = each;
        change.members.push_back(
            {text_of(member.at(0)), text_of(member.at(1)), text_of(member.at(2)), text_of(member.at(3))});
    }
    for (const element each : array(members["messages"])) change.messages.push_back(read_message(each));
    for (const element each : array(members["hits"])) change.hits.push_back(read_hit(each));
    if (members["ended"].error() == simdjson::SUCCESS) change.ended = time_at(members, "ended");
    return change;
}

}  // namespace

std::string write_change(const ConversationChange& change) {
    std::string text;
    JsonWriter json(text);
    json.begin_object().member("account", change.account).member("conversation", change.conversation);
    if (change.begin) {
        json.member("name", change.begin->name).member("source", detect::source_name(change.begin->source));
        json.member("keeping", detect::keeping_name(change.begin->keeping));
        json.member("started", milliseconds(change.begin->started));
        json.member("keptSince", milliseconds(change.begin->kept_since)).member("metadata", change.begin->metadata);
    }
    json.key("members").begin_array();
    for (const detect::MemberRecord& member : change.members) {
        json.begin_array().value(member.id).value(member.name).value(member.user_id).value(member.role).end_array();
    }
    json.end_array().key("messages").begin_array();
    for (const detect::MessageRecord& message : change.messages) write_message(json, message);
    json.end_array().key("hits").begin_array();
    for (const detect::HitRecord& hit : change.hits) write_hit(json, hit);
    json.end_array();
    if (change.ended) json.member("ended", milliseconds(*change.ended));
    json.end_object();
    return text;
}

base::Result<ConversationChange> read_change(std::string_view json) {
    simdjson::dom::parser parser;
    try {
        return read_members(parser.parse(json.data(), json.size()));
    } catch (const simdjson::simdjson_error& error) {
        return base::Error{base::Errc::io_failed, "a spooled change cannot be read", {}, error.what()};
    }
}

}  // namespace earshot::store
