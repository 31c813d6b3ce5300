#pragma once

#include "earshot/store/conversation_store.hpp"

#include "bulk_insert.hpp"
#include "conversation_json.hpp"
#include "key_list.hpp"
#include "row_values.hpp"

#include <functional>
#include <string>
#include <vector>

namespace earshot::store {

/// The statements on the table `conversation_messages`. One of each connection; what they are bound to are its members.
/// Throws soci::soci_error.
class MessageRows {
public:
    explicit MessageRows(soci::session& sql);
    MessageRows(const MessageRows&) = delete;
    MessageRows& operator=(const MessageRows&) = delete;

    /// Those that are there already stay as they are.
    void insert(const std::string& conversation, const std::vector<detect::MessageRecord>& messages);

    /// In the order in which they came in. Errors: Errc::io_failed.
    base::Result<std::vector<detect::MessageRecord>> page(const std::string& conversation, const MessageQuery& query);

    /// The text of one message; empty if there is none.
    std::string text(const std::string& conversation, const std::string& id);

    /// One message for what is counted of it.
    struct Said {
        const std::string& member;
        const std::string& text;
        std::optional<detect::WallSpan> time;
    };
    void for_each(const std::string& conversation, const std::function<void(const Said&)>& see);

    struct Timed {
        long long position;
        std::string id;
        std::string member;
        detect::WallSpan time;
    };
    /// Those that have a time.
    std::vector<Timed> timed(const std::string& conversation);

    /// Gives the messages at these positions to another member.
    void assign(const std::vector<long long>& positions, const std::string& member);

    void remove(const std::string& conversation);

private:
    struct Row {
        std::string conversation;
        std::string id;
        std::string member;
        long long utterance = 0;
        std::string text;
        NullableSpan time;
        std::string words;

        template <typename Visit>
        void each_column(Visit visit) {
            visit("conversation", conversation);
            visit("id", id);
            visit("member", member);
            visit("utterance", utterance);
            visit("text", text);
            visit("started_on", time.start.number, time.start.is_there);
            visit("ended_on", time.end.number, time.end.is_there);
            visit("words", words);
        }
    };
    std::string conversation_;  ///< what statements use
    std::string id_;
    std::string member_;
    long long limit_ = 0;
    long long offset_ = 0;
    KeyList<long long> positions_;
    Row out_;  ///< what queries give
    long long position_ = 0;
    RecordReader reader_;

    BulkInsert<Row> insert_;
    soci::statement page_;
    soci::statement text_;
    soci::statement said_;
    soci::statement timed_;
    soci::statement assign_;
    soci::statement remove_;
};

}  // namespace earshot::store
