#pragma once

#include "earshot/base/error.hpp"
#include "earshot/base/time.hpp"
#include "earshot/detect/conversation_record.hpp"
#include "earshot/store/done.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace earshot::store {

using detect::ConversationRecord;
using detect::KeptHit;
using detect::MemberFigures;

/// Which conversations, and in which order.
struct ConversationQuery {
    std::size_t limit = 20;
    std::size_t offset = 0;
    bool newest_first = true;              ///< by begin; those of one moment by id
    std::optional<base::WallTime> after;   ///< begun at or after it
    std::optional<base::WallTime> before;  ///< begun at or before it
};

/// Which messages, in the order in which they came in.
struct MessageQuery {
    std::size_t limit = SIZE_MAX;
    std::size_t offset = 0;
};

/// What somebody changes of a conversation by hand.
struct ConversationEdit {
    std::optional<std::string> name;
    std::optional<std::string> metadata;  ///< a JSON object as text, or empty, in place of the former
};

/// Who spoke when, as somebody says afterwards.
struct SpeakingTime {
    detect::MemberRecord member;  ///< an `id` of the conversation's, or one without an id that is known by its
                                  ///< `user_id` (or, without one, its `name`), or is new
    detect::WallSpan time;
};

/// What accounts keep of conversations. Each operation is one transaction, and what was answered survives a crash. An
/// account sees its own conversations alone.
///
/// Any thread may call, none waits, as of TrackerStore; every operation may end with Errc::store_away,
/// Errc::queue_full, Errc::io_failed. An id that is none of the account's is Errc::unknown_conversation, also after
/// `remove`.
class ConversationStore {
public:
    virtual ~ConversationStore() = default;

    /// Adds `changes`, all in one transaction, in their order. What belongs to a conversation that was removed, or that
    /// never began, is left out. Gives how many conversations' changes were left out.
    virtual void apply(std::vector<detect::ConversationChange> changes, Done<std::size_t> done) = 0;

    virtual void list(std::string account, ConversationQuery query, Done<std::vector<ConversationRecord>> done) = 0;
    virtual void get(std::string account, std::string id, Done<ConversationRecord> done) = 0;
    virtual void edit(std::string account, std::string id, ConversationEdit edit, Done<ConversationRecord> done) = 0;

    /// Takes away all that is kept of it, and fails its jobs that are not done. Changes of it that come later are left
    /// out, as long as `forget` keeps its id.
    virtual void remove(std::string account, std::string id, base::WallTime now, Done<bool> done) = 0;

    virtual void messages(std::string account, std::string id, MessageQuery query,
                          Done<std::vector<detect::MessageRecord>> done) = 0;

    /// All hits, in the order in which they became known.
    virtual void hits(std::string account, std::string id, Done<std::vector<KeptHit>> done) = 0;

    /// What each member said in numbers, for those that said something.
    virtual void figures(std::string account, std::string id, Done<std::vector<MemberFigures>> done) = 0;

    /// Names a member anew; empty texts of `member` change nothing. Errors: Errc::unknown_member.
    virtual void rename(std::string account, std::string id, detect::MemberRecord member,
                        Done<detect::MemberRecord> done) = 0;

    /// Gives each message that has a time to who spoke longest during it; others stay as they are. Hits go with their
    /// first message. Errors: Errc::unknown_member. Gives the number of messages that changed hands.
    virtual void assign_speakers(std::string account, std::string id, std::vector<SpeakingTime> times,
                                 Done<std::size_t> done) = 0;

    /// Retention: removes up to `at_most` conversations that began to be kept before `before`, and were over before it,
    /// or did not end and had nothing new since then. Gives their number.
    virtual void expire(base::WallTime before, std::size_t at_most, base::WallTime now, Done<std::size_t> done) = 0;

    /// Forgets the ids of what was removed before `before`.
    virtual void forget(base::WallTime before, Done<bool> done) = 0;
};

}  // namespace earshot::store
