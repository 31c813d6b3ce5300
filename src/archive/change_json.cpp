#include "change_json.hpp"

#include <boost/json.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace earshot::archive {
namespace {

namespace json = boost::json;
using detect::ConversationChange;

std::int64_t milliseconds(base::WallTime time) {
    return time.time_since_epoch().count();
}

base::WallTime wall_time(const json::value& value) {
    return base::WallTime(base::WallTime::duration(value.to_number<std::int64_t>()));
}

json::value span_value(const std::optional<detect::WallSpan>& span) {
    if (!span) return nullptr;
    return {milliseconds(span->start), milliseconds(span->end)};
}

std::optional<detect::WallSpan> span_of(const json::value& value) {
    if (value.is_null()) return std::nullopt;
    const json::array& ends = value.as_array();
    return detect::WallSpan{wall_time(ends.at(0)), wall_time(ends.at(1))};
}

/// JSON has no number that is none.
json::value real(double number) {
    return std::isfinite(number) ? json::value(number) : json::value(nullptr);
}

double real_of(const json::value& value) {
    return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.to_number<double>();
}

std::string text_of(const json::value& value) {
    return std::string(value.as_string());
}

json::value words_value(const std::vector<detect::TimedWord>& words) {
    json::array array;
    for (const detect::TimedWord& word : words) {
        array.push_back({json::value(word.word), real(word.start), real(word.end), real(word.confidence)});
    }
    return array;
}

std::vector<detect::TimedWord> words_of(const json::value& value) {
    std::vector<detect::TimedWord> words;
    for (const json::value& element : value.as_array()) {
        const json::array& word = element.as_array();
        words.push_back({text_of(word.at(0)), real_of(word.at(1)), real_of(word.at(2)), real_of(word.at(3))});
    }
    return words;
}

json::value hit_value(const detect::HitRecord& hit) {
    json::array parts;
    for (const detect::HitPartRecord& part : hit.parts) {
        parts.push_back({json::value(part.message), part.begin, part.end, span_value(part.time)});
    }
    return {{"id", hit.id},
            {"tracker", hit.tracker},
            {"name", hit.tracker_name},
            {"value", hit.value},
            {"tier", detect::tier_name(hit.tier)},
            {"score", hit.score},
            {"member", hit.member},
            {"parts", std::move(parts)}};
}

detect::HitRecord hit_of(const json::object& object) {
    detect::HitRecord hit;
    hit.id = text_of(object.at("id"));
    hit.tracker = text_of(object.at("tracker"));
    hit.tracker_name = text_of(object.at("name"));
    hit.value = text_of(object.at("value"));
    hit.tier = detect::find_tier(object.at("tier").as_string()).value();
    hit.score = object.at("score").to_number<double>();
    hit.member = text_of(object.at("member"));
    for (const json::value& element : object.at("parts").as_array()) {
        const json::array& part = element.as_array();
        hit.parts.push_back({text_of(part.at(0)), part.at(1).to_number<std::uint32_t>(),
                             part.at(2).to_number<std::uint32_t>(), span_of(part.at(3))});
    }
    return hit;
}

ConversationChange change_of(const json::object& object) {
    ConversationChange change;
    change.account = text_of(object.at("account"));
    change.conversation = text_of(object.at("conversation"));
    if (const json::value* value = object.if_contains("begin")) {
        const json::object& begin = value->as_object();
        change.begin = detect::ConversationBegin{
            text_of(begin.at("name")), detect::find_source(begin.at("source").as_string()).value(),
            detect::find_keeping(begin.at("keeping").as_string()).value(), wall_time(begin.at("started"))};
    }
    for (const json::value& element : object.at("members").as_array()) {
        const json::array& member = element.as_array();
        change.members.push_back(
            {text_of(member.at(0)), text_of(member.at(1)), text_of(member.at(2)), text_of(member.at(3))});
    }
    for (const json::value& element : object.at("messages").as_array()) {
        const json::object& message = element.as_object();
        change.messages.push_back({text_of(message.at("id")), text_of(message.at("member")),
                                   message.at("utterance").to_number<std::uint64_t>(), text_of(message.at("text")),
                                   span_of(message.at("time")), words_of(message.at("words"))});
    }
    for (const json::value& element : object.at("hits").as_array()) change.hits.push_back(hit_of(element.as_object()));
    if (const json::value* ended = object.if_contains("ended")) change.ended = wall_time(*ended);
    return change;
}

}  // namespace

std::string write_change(const ConversationChange& change) {
    json::object object{{"account", change.account}, {"conversation", change.conversation}};
    if (change.begin) {
        object["begin"] = {{"name", change.begin->name},
                           {"source", detect::source_name(change.begin->source)},
                           {"keeping", detect::keeping_name(change.begin->keeping)},
                           {"started", milliseconds(change.begin->started)}};
    }
    json::array members;
    for (const detect::MemberRecord& member : change.members) {
        members.push_back(
            {json::value(member.id), json::value(member.name), json::value(member.user_id), json::value(member.role)});
    }
    object["members"] = std::move(members);
    json::array messages;
    for (const detect::MessageRecord& message : change.messages) {
        messages.push_back({{"id", message.id},
                            {"member", message.member},
                            {"utterance", message.utterance},
                            {"text", message.text},
                            {"time", span_value(message.time)},
                            {"words", words_value(message.words)}});
    }
    object["messages"] = std::move(messages);
    json::array hits;
    for (const detect::HitRecord& hit : change.hits) hits.push_back(hit_value(hit));
    object["hits"] = std::move(hits);
    if (change.ended) object["ended"] = milliseconds(*change.ended);
    return json::serialize(object);
}

base::Result<ConversationChange> read_change(std::string_view text) {
    boost::system::error_code error;
    const json::value value = json::parse(text, error);
    if (error) return base::Error{base::Errc::invalid_json, "it is no JSON", {}, error.message()};
    try {
        return change_of(value.as_object());
    } catch (const std::exception& problem) {
        return base::Error{base::Errc::invalid_value, "it is no change of a conversation", {}, problem.what()};
    }
}

}  // namespace earshot::archive
