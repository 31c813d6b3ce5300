#include "earshot/proto/news_codec.hpp"

#include "earshot/proto/conversation_codec.hpp"
#include "earshot/proto/json_writer.hpp"
#include "earshot/proto/server_codec.hpp"

namespace earshot::proto {

std::string conversation_started(const detect::ConversationRecord& conversation) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().member("type", "conversation_started").member("conversationId", conversation.id);
    json.member("name", conversation.name).member("startTime", to_iso8601(conversation.started)).end_object();
    return out;
}

std::string conversation_heard(const detect::ConversationRecord& conversation, std::span<const detect::KeptHit> hits) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().member("type", "tracker_response").member("conversationId", conversation.id);
    json.member("isFinal", true).key("trackers").raw(detected_trackers_answer(conversation, hits)).end_object();
    return out;
}

std::string conversation_ended(const detect::ConversationRecord& conversation) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().member("type", "conversation_ended").member("conversationId", conversation.id);
    json.member("name", conversation.name).member("startTime", to_iso8601(conversation.started));
    json.member("endTime", to_iso8601(conversation.ended)).end_object();
    return out;
}

}  // namespace earshot::proto
