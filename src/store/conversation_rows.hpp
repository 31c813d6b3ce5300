#pragma once

#include "earshot/store/conversation_store.hpp"

#include "key_list.hpp"
#include "row_values.hpp"

#include <optional>
#include <string>
#include <vector>

namespace earshot::store {

base::Error unknown_conversation();
base::Error unknown_member();

/// A conversation as its row holds it.
struct KeptConversation {
    std::string id;
    std::string name;  ///< empty: nobody named it
    detect::ConversationSource source = detect::ConversationSource::stream;
    detect::Keeping keeping = detect::Keeping::full;
    std::string metadata;
    base::WallTime started;
    std::optional<base::WallTime> ended;
    base::WallTime last;  ///< the end of its last message, or its begin

    /// As it is shown, without its members.
    ConversationRecord record() const;
};

/// The statements on the tables `conversations` and `conversation_members`. One of each connection; what they are bound
/// to are its members. What was removed is not there, but for begin() and forget(). Throws soci::soci_error.
class ConversationRows {
public:
    explicit ConversationRows(soci::session& sql);
    ConversationRows(const ConversationRows&) = delete;
    ConversationRows& operator=(const ConversationRows&) = delete;

    /// Errors: Errc::unknown_conversation, Errc::io_failed.
    base::Result<KeptConversation> of_id(const std::string& account, const std::string& id);
    base::Result<std::vector<KeptConversation>> page(const std::string& account, const ConversationQuery& query);

    /// Nothing, where the id is taken, perhaps by a conversation that was removed.
    void begin(const std::string& account, const std::string& id, const detect::ConversationBegin& begin);
    /// The name, the metadata and both ends.
    void update(const KeptConversation& conversation);
    /// The conversation and its members; only the id stays.
    void remove(const std::string& id, base::WallTime now);

    /// The ids of up to `at_most` that were over before `before`, or did not end and had nothing new since then; none
    /// for which a job was asked since then that is not done.
    std::vector<std::string> expirable(base::WallTime before, std::size_t at_most);
    bool is_expirable(const std::string& id, base::WallTime before);
    /// The ids of what was removed before `before`.
    void forget(base::WallTime before);

    /// In the order in which they came.
    std::vector<detect::MemberRecord> members(const std::string& conversation);
    /// Gives each of `conversations` its members.
    void add_members_to(std::vector<ConversationRecord>& conversations);
    /// One that is there already is given what it lacks.
    void add_member(const std::string& conversation, const detect::MemberRecord& member);
    void update_member(const std::string& conversation, const detect::MemberRecord& member);

private:
    template <typename... Used>
    soci::statement select(soci::session& sql, const std::string& rest, const Used&... used);
    base::Result<std::vector<KeptConversation>> read(soci::statement& query);
    void bind_member(const std::string& conversation, const detect::MemberRecord& member);

    struct Row {
        std::string id;
        std::string name;
        std::string source;
        std::string keeps;
        std::string metadata;
        long long started_on = 0;
        NullableTime ended_on;
        long long last_on = 0;
        long long kept_on = 0;
    };
    struct Member {
        std::string conversation;
        std::string id;
        std::string name;
        std::string user_id;
        std::string role;
    };
    std::string account_;
    Row in_;  ///< what statements use
    Member member_in_;
    long long now_ = 0;
    long long after_ = 0;
    long long before_ = 0;
    long long limit_ = 0;
    long long offset_ = 0;
    KeyList<std::string> keys_;
    Row out_;  ///< what queries give
    Member member_out_;

    soci::statement of_id_;
    soci::statement newest_first_;
    soci::statement oldest_first_;
    soci::statement begin_;
    soci::statement update_;
    soci::statement remove_;
    soci::statement remove_members_;
    soci::statement expirable_;
    soci::statement is_expirable_;
    soci::statement forget_;
    soci::statement members_;
    soci::statement members_of_many_;
    soci::statement add_member_;
    soci::statement update_member_;
};

}  // namespace earshot::store
