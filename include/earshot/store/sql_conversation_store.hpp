#pragma once

#include "earshot/store/conversation_store.hpp"
#include "earshot/store/database.hpp"
#include "earshot/store/random_uuid.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace earshot::store {

class ConversationChanges;
class ConversationLook;

/// The conversations of a SQL database. Ids of conversations are unique over all accounts and all servers of it; what
/// begins under an id that another account's has is left out.
///
/// What goes beyond `ConversationStore`:
/// - Texts are UTF-8. Each U+0000 in them is kept as a blank, since PostgreSQL has no such text, so that places in
///   UTF-16 stay what they are. Bytes that are no UTF-8 become U+FFFD rather than fail what is applied with them.
/// - An account's name that is no UTF-8, holds U+0000 or is longer than 256 bytes is Errc::invalid_value; its changes
///   are left out, as are those of a conversation with such an id.
/// - Changes fill what is not known of a member; what is known is replaced by rename() alone. A name and an end
///   that are known stay, but that a later end takes the place of an earlier one.
/// - Keeping::hits keeps members and hits; then there are no messages(), no figures(), and each of a hit's `texts` is
///   empty. Keeping::none is left out.
/// - expire() leaves conversations alone for which a job was asked since `before` that is not done yet.
/// - A member that assign_speakers() adds has an id of `make_id`.
class SqlConversationStore final : public ConversationStore {
public:
    /// `database` must outlive the calls of this object. Operations under way survive the object. `make_id` gives
    /// UUIDs, on any thread of the database.
    explicit SqlConversationStore(Database& database, std::function<std::string()> make_id = random_uuid);

    void apply(std::vector<detect::ConversationChange> changes, Done<std::size_t> done) override;
    void list(std::string account, ConversationQuery query, Done<std::vector<ConversationRecord>> done) override;
    void get(std::string account, std::string id, Done<ConversationRecord> done) override;
    void edit(std::string account, std::string id, ConversationEdit edit, Done<ConversationRecord> done) override;
    void remove(std::string account, std::string id, base::WallTime now, Done<bool> done) override;
    void messages(std::string account, std::string id, MessageQuery query,
                  Done<std::vector<detect::MessageRecord>> done) override;
    void hits(std::string account, std::string id, Done<std::vector<KeptHit>> done) override;
    void figures(std::string account, std::string id, Done<std::vector<MemberFigures>> done) override;
    void rename(std::string account, std::string id, detect::MemberRecord member,
                Done<detect::MemberRecord> done) override;
    void assign_speakers(std::string account, std::string id, std::vector<SpeakingTime> times,
                         Done<std::size_t> done) override;
    void expire(base::WallTime before, std::size_t at_most, base::WallTime now, Done<std::size_t> done) override;
    void forget(base::WallTime before, Done<bool> done) override;

private:
    /// What reads conversations of an account.
    template <typename T>
    void look(const std::string& account, const std::string& id, std::function<base::Result<T>(ConversationLook&)> work,
              Done<T> done);
    /// What changes one conversation of an account.
    template <typename T>
    void change(const std::string& account, const std::string& id,
                std::function<base::Result<T>(ConversationChanges&)> work, Done<T> done);
    /// What changes any number of them.
    template <typename T>
    void change_all(std::function<base::Result<T>(ConversationChanges&)> work, Done<T> done);

    Database& database_;
    std::shared_ptr<const std::function<std::string()>> make_id_;
};

}  // namespace earshot::store
