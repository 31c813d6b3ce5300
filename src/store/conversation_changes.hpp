#pragma once

#include "earshot/store/conversation_store.hpp"

#include "conversation_rows.hpp"
#include "hit_rows.hpp"
#include "message_rows.hpp"

#include <functional>
#include <string>
#include <vector>

namespace earshot::store {

/// The changes of what is kept of conversations, each the work of a transaction that writes. Throws soci::soci_error.
class ConversationChanges {
public:
    /// `make_id` gives UUIDs, and must outlive this.
    ConversationChanges(Connection& connection, const std::function<std::string()>& make_id);

    using Changes = std::vector<detect::ConversationChange>;

    /// Adds `changes`, whose conversations are locked. Gives how many conversations' changes were left out.
    base::Result<std::size_t> apply_locked(const Changes& changes);

    base::Result<std::size_t> apply(const Changes& changes);
    base::Result<ConversationRecord> edit(const std::string& account, const std::string& id,
                                          const ConversationEdit& edit);
    /// The same for one that is locked.
    base::Result<ConversationRecord> edit_locked(const std::string& account, const std::string& id,
                                                 const ConversationEdit& edit);
    base::Result<bool> remove(const std::string& account, const std::string& id, base::WallTime now);
    base::Result<detect::MemberRecord> rename(const std::string& account, const std::string& id,
                                              const detect::MemberRecord& member);
    base::Result<std::size_t> assign_speakers(const std::string& account, const std::string& id,
                                              const std::vector<SpeakingTime>& times);
    base::Result<std::size_t> expire(base::WallTime before, std::size_t at_most, base::WallTime now);

private:
    base::Result<bool> add(const detect::ConversationChange& change);
    base::Result<std::size_t> find_or_add(const std::string& id, std::vector<detect::MemberRecord>& members,
                                          const detect::MemberRecord& meant);
    base::Result<bool> remove_all_of(const std::string& id, base::WallTime now);

    Connection& connection_;
    const std::function<std::string()>& make_id_;
    ConversationRows& rows_;
    MessageRows& messages_;
    HitRows& hits_;
};

/// The ids of the conversations that `changes` change.
std::vector<std::string> conversations_of(const std::vector<detect::ConversationChange>& changes);

}  // namespace earshot::store
