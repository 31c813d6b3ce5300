#pragma once

#include "earshot/store/conversation_store.hpp"

#include "conversation_rows.hpp"
#include "hit_rows.hpp"
#include "message_rows.hpp"

#include <string>
#include <vector>

namespace earshot::store {

/// What is read of conversations, in a transaction that reads. Throws soci::soci_error.
class ConversationLook {
public:
    explicit ConversationLook(Connection& connection);

    base::Result<std::vector<ConversationRecord>> list(const std::string& account, const ConversationQuery& query);

    // Of one conversation. Errors: Errc::unknown_conversation.
    base::Result<ConversationRecord> get(const std::string& account, const std::string& id);
    base::Result<std::vector<detect::MessageRecord>> messages(const std::string& account, const std::string& id,
                                                              const MessageQuery& query);
    base::Result<std::vector<KeptHit>> hits(const std::string& account, const std::string& id);
    base::Result<std::vector<MemberFigures>> figures(const std::string& account, const std::string& id);

private:
    ConversationRows& rows_;
    MessageRows& messages_;
    HitRows& hits_;
};

}  // namespace earshot::store
