#include "earshot/proto/conversation_codec.hpp"
#include "earshot/proto/json_writer.hpp"
#include "earshot/proto/server_codec.hpp"

#include "conversation/shown_members.hpp"

#include <array>
#include <cmath>
#include <utility>

namespace earshot::proto {
namespace {

void write_members(JsonWriter& json, std::span<const detect::MemberRecord> members) {
    json.key("members").begin_array();
    for (const detect::MemberRecord& member : members) write_member(json, member);
    json.end_array();
}

void write_conversation(JsonWriter& json, const detect::ConversationRecord& conversation) {
    json.begin_object().member("id", conversation.id).member("type", "meeting");
    json.member("name", conversation.name.empty() ? conversation.id : conversation.name);
    json.member("startTime", to_iso8601(conversation.started)).member("endTime", to_iso8601(conversation.ended));
    write_members(json, conversation.members);
    if (!conversation.metadata.empty()) json.key("metadata").raw(conversation.metadata);
    json.member("source", detect::source_name(conversation.source));
    json.member("store", detect::keeping_name(conversation.keeping)).member("isOver", conversation.is_over);
    json.end_object();
}

/// Words without a begin and an end have none of the members that tell when.
void write_words(JsonWriter& json, const std::vector<detect::TimedWord>& words, base::WallTime begin) {
    const auto at = [begin](double seconds) {
        return begin + std::chrono::round<std::chrono::milliseconds>(base::from_seconds(seconds));
    };
    json.key("words").begin_array();
    for (const detect::TimedWord& word : words) {
        json.begin_object().member("word", word.word);
        if (!std::isnan(word.start) && !std::isnan(word.end)) {
            write_times(json, {at(word.start), at(word.end), word.start, word.end - word.start});
        }
        if (!std::isnan(word.confidence)) json.member("score", rounded(word.confidence));
        json.end_object();
    }
    json.end_array();
}

}  // namespace

void write_member(JsonWriter& json, const detect::MemberRecord& member) {
    json.begin_object().member("id", member.id).member("name", member.name).member("email", member.user_id);
    if (!member.role.empty()) json.member("role", member.role);
    json.end_object();
}

std::string conversation_answer(const detect::ConversationRecord& conversation) {
    std::string out;
    JsonWriter json(out);
    write_conversation(json, conversation);
    return out;
}

std::string conversations_answer(std::span<const detect::ConversationRecord> conversations) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().key("conversations").begin_array();
    for (const detect::ConversationRecord& conversation : conversations) write_conversation(json, conversation);
    json.end_array().end_object();
    return out;
}

std::string messages_answer(const detect::ConversationRecord& conversation,
                            std::span<const detect::MessageRecord> messages, bool verbose) {
    const ShownMembers members(conversation.members);
    const base::WallTime begin = conversation.started;
    std::string out;
    JsonWriter json(out);
    json.begin_object().key("messages").begin_array();
    for (const detect::MessageRecord& message : messages) {
        json.begin_object().member("id", message.id).member("text", message.text).key("from");
        const detect::MemberRecord* const from = members.find(message.member);
        write_member(json, from ? *from : detect::MemberRecord{message.member, {}, {}, {}});
        write_times(json, shown_time(message.time.value_or(detect::WallSpan{begin, begin}), begin));
        json.member("conversationId", conversation.id).key("phrases").begin_array().end_array();
        if (verbose && !message.words.empty()) write_words(json, message.words, begin);
        json.end_object();
    }
    json.end_array().end_object();
    return out;
}

std::string members_answer(std::span<const detect::MemberRecord> members) {
    std::string out;
    JsonWriter json(out);
    json.begin_object();
    write_members(json, members);
    json.end_object();
    return out;
}

std::string job_answer(std::string_view id, std::string_view status, double progress, std::string_view error) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().member("id", id).member("status", status).member("progress", rounded(progress));
    if (!error.empty()) json.member("error", error);
    json.end_object();
    return out;
}

std::optional<std::string_view> empty_answer(std::string_view resource) noexcept {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> k_answers{{
        {"topics", R"({"topics":[]})"},
        {"questions", R"({"questions":[]})"},
        {"action-items", R"({"actionItems":[]})"},
        {"follow-ups", R"({"followUps":[]})"},
        {"entities", R"({"entities":[]})"},
    }};
    for (const auto& [name, answer] : k_answers) {
        if (name == resource) return answer;
    }
    return std::nullopt;
}

}  // namespace earshot::proto
