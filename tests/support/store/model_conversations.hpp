#pragma once

#include "earshot/base/error.hpp"
#include "earshot/store/conversation_store.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace earshot::support {

/// What a ConversationStore holds, as plainly as it can be said; without jobs. It gives no ids: a member that
/// assign_speakers() adds has the one that the store gave it, which the caller passes as `given`, in order.
class ModelConversations {
public:
    std::size_t apply(const std::vector<detect::ConversationChange>& changes);
    std::vector<detect::ConversationRecord> list(const std::string& account, const store::ConversationQuery& query);
    base::Result<detect::ConversationRecord> get(const std::string& account, const std::string& id);
    base::Result<detect::ConversationRecord> edit(const std::string& account, const std::string& id,
                                                  const store::ConversationEdit& edit);
    base::Result<bool> remove(const std::string& account, const std::string& id, base::WallTime now);
    base::Result<std::vector<detect::MessageRecord>> messages(const std::string& account, const std::string& id,
                                                              const store::MessageQuery& query);
    base::Result<std::vector<detect::KeptHit>> hits(const std::string& account, const std::string& id);
    base::Result<std::vector<detect::MemberFigures>> figures(const std::string& account, const std::string& id);
    base::Result<detect::MemberRecord> rename(const std::string& account, const std::string& id,
                                              const detect::MemberRecord& member);
    base::Result<std::size_t> assign_speakers(const std::string& account, const std::string& id,
                                              const std::vector<store::SpeakingTime>& times,
                                              const std::vector<std::string>& given);
    std::size_t expire(base::WallTime before, std::size_t at_most, base::WallTime now);
    void forget(base::WallTime before);

private:
    struct Kept {
        std::string account;
        detect::ConversationRecord record;  ///< the name is empty where nobody gave one
        std::vector<detect::MessageRecord> messages;
        std::vector<detect::HitRecord> hits;
        std::optional<base::WallTime> ended;
        base::WallTime last;
        base::WallTime since;
        std::optional<base::WallTime> removed;
    };

    Kept* find(const std::string& account, const std::string& id);
    static detect::ConversationRecord shown(const Kept& kept);
    static void clear(Kept& kept, base::WallTime now);
    static void add(Kept& kept, const detect::ConversationChange& change);

    std::map<std::string, Kept> all_;
};

}  // namespace earshot::support
