#include "message_rows.hpp"

#include "plain_text.hpp"

#include <utility>

namespace earshot::store {

using soci::into;
using soci::use;

MessageRows::MessageRows(soci::session& sql)
    : insert_(sql, "conversation_messages", "(conversation, id)"),
      page_((sql.prepare << "SELECT id, member, utterance, text, started_on, ended_on, words"
                            " FROM conversation_messages WHERE conversation = :conversation"
                            " ORDER BY position LIMIT :limit OFFSET :offset",
             use(conversation_, "conversation"), use(limit_, "limit"), use(offset_, "offset"), into(out_.id),
             into(out_.member), into(out_.utterance), into(out_.text),
             into(out_.time.start.number, out_.time.start.is_there), into(out_.time.end.number, out_.time.end.is_there),
             into(out_.words))),
      text_((sql.prepare << "SELECT text FROM conversation_messages WHERE conversation = :conversation AND id = :id",
             use(conversation_, "conversation"), use(id_, "id"), into(out_.text))),
      said_((sql.prepare << "SELECT member, text, started_on, ended_on FROM conversation_messages"
                            " WHERE conversation = :conversation ORDER BY position",
             use(conversation_, "conversation"), into(out_.member), into(out_.text),
             into(out_.time.start.number, out_.time.start.is_there),
             into(out_.time.end.number, out_.time.end.is_there))),
      timed_((sql.prepare << "SELECT position, id, member, started_on, ended_on FROM conversation_messages"
                             " WHERE conversation = :conversation AND started_on IS NOT NULL ORDER BY position",
              use(conversation_, "conversation"), into(position_), into(out_.id), into(out_.member),
              into(out_.time.start.number, out_.time.start.is_there),
              into(out_.time.end.number, out_.time.end.is_there))),
      assign_(positions_.prepare(sql, "UPDATE conversation_messages SET member = :member WHERE position IN", "",
                                 use(member_, "member"))),
      remove_((sql.prepare << "DELETE FROM conversation_messages WHERE conversation = :conversation",
               use(conversation_, "conversation"))) {}

void MessageRows::insert(const std::string& conversation, const std::vector<detect::MessageRecord>& messages) {
    insert_.insert(messages, [&](const detect::MessageRecord& message, Row& row) {
        row.conversation = conversation;
        row.id = as_plain_text(message.id);
        row.member = as_plain_text(message.member);
        row.utterance = count_of(message.utterance);
        row.text = as_plain_text(message.text);
        row.time.set(message.time);
        row.words = as_plain_text(write_words(message.words));
    });
}

base::Result<std::vector<detect::MessageRecord>> MessageRows::page(const std::string& conversation,
                                                                   const MessageQuery& query) {
    conversation_ = conversation;
    limit_ = count_of(query.limit);
    offset_ = count_of(query.offset);
    std::vector<detect::MessageRecord> messages;
    std::optional<base::Error> error;
    for_each_row(page_, [&] {
        auto words = reader_.read_words(out_.words);
        if (!words) {
            error = words.error();
            return;
        }
        messages.push_back({out_.id, out_.member, static_cast<std::uint64_t>(out_.utterance), out_.text,
                            out_.time.get(), std::move(*words)});
    });
    if (error) return *error;
    return messages;
}

std::string MessageRows::text(const std::string& conversation, const std::string& id) {
    conversation_ = conversation;
    id_ = id;
    std::string text;
    for_each_row(text_, [&] { text = out_.text; });
    return text;
}

void MessageRows::for_each(const std::string& conversation, const std::function<void(const Said&)>& see) {
    conversation_ = conversation;
    for_each_row(said_, [&] { see({out_.member, out_.text, out_.time.get()}); });
}

std::vector<MessageRows::Timed> MessageRows::timed(const std::string& conversation) {
    conversation_ = conversation;
    std::vector<Timed> timed;
    for_each_row(timed_, [&] {
        if (const auto time = out_.time.get()) timed.push_back({position_, out_.id, out_.member, *time});
    });
    return timed;
}

void MessageRows::assign(const std::vector<long long>& positions, const std::string& member) {
    member_ = member;
    positions_.for_each_piece(positions, [&] { execute(assign_); });
}

void MessageRows::remove(const std::string& conversation) {
    conversation_ = conversation;
    execute(remove_);
}

}  // namespace earshot::store
