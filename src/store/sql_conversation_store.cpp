#include "earshot/store/sql_conversation_store.hpp"

#include "connection.hpp"
#include "conversation_changes.hpp"
#include "conversation_look.hpp"
#include "plain_text.hpp"

#include <utility>

namespace earshot::store {
namespace {

using detect::MemberRecord;
using detect::MessageRecord;

/// Why no conversation of this account can have this id.
std::optional<base::Error> find_problem(const std::string& account, const std::string& id) {
    if (!is_account_name(account)) return no_account_name();
    if (!is_id(id)) return unknown_conversation();
    return std::nullopt;
}

}  // namespace

SqlConversationStore::SqlConversationStore(Database& database, std::function<std::string()> make_id)
    : database_(database), make_id_(std::make_shared<const std::function<std::string()>>(std::move(make_id))) {}

template <typename T>
void SqlConversationStore::look(const std::string& account, const std::string& id,
                                std::function<base::Result<T>(ConversationLook&)> work, Done<T> done) {
    if (auto error = find_problem(account, id)) return done(std::move(*error));
    database_.run<T>(
        Access::read,
        [work = std::move(work)](Connection& connection) {
            ConversationLook look(connection);
            return work(look);
        },
        std::move(done));
}

template <typename T>
void SqlConversationStore::change_all(std::function<base::Result<T>(ConversationChanges&)> work, Done<T> done) {
    database_.run<T>(
        Access::write,
        [work = std::move(work), make_id = make_id_](Connection& connection) {
            ConversationChanges changes(connection, *make_id);
            return work(changes);
        },
        std::move(done));
}

template <typename T>
void SqlConversationStore::change(const std::string& account, const std::string& id,
                                  std::function<base::Result<T>(ConversationChanges&)> work, Done<T> done) {
    if (auto error = find_problem(account, id)) return done(std::move(*error));
    change_all<T>(std::move(work), std::move(done));
}

void SqlConversationStore::apply(std::vector<detect::ConversationChange> changes, Done<std::size_t> done) {
    change_all<std::size_t>(
        [changes = std::move(changes)](ConversationChanges& conversations) { return conversations.apply(changes); },
        std::move(done));
}

void SqlConversationStore::list(std::string account, ConversationQuery query,
                                Done<std::vector<ConversationRecord>> done) {
    look<std::vector<ConversationRecord>>(
        account, {}, [account, query](ConversationLook& look) { return look.list(account, query); }, std::move(done));
}

void SqlConversationStore::get(std::string account, std::string id, Done<ConversationRecord> done) {
    look<ConversationRecord>(
        account, id, [account, id](ConversationLook& look) { return look.get(account, id); }, std::move(done));
}

void SqlConversationStore::edit(std::string account, std::string id, ConversationEdit edit,
                                Done<ConversationRecord> done) {
    change<ConversationRecord>(
        account, id,
        [account, id, edit = std::move(edit)](ConversationChanges& changes) { return changes.edit(account, id, edit); },
        std::move(done));
}

void SqlConversationStore::remove(std::string account, std::string id, base::WallTime now, Done<bool> done) {
    change<bool>(
        account, id, [account, id, now](ConversationChanges& changes) { return changes.remove(account, id, now); },
        std::move(done));
}

void SqlConversationStore::messages(std::string account, std::string id, MessageQuery query,
                                    Done<std::vector<MessageRecord>> done) {
    look<std::vector<MessageRecord>>(
        account, id, [account, id, query](ConversationLook& look) { return look.messages(account, id, query); },
        std::move(done));
}

void SqlConversationStore::hits(std::string account, std::string id, Done<std::vector<KeptHit>> done) {
    look<std::vector<KeptHit>>(
        account, id, [account, id](ConversationLook& look) { return look.hits(account, id); }, std::move(done));
}

void SqlConversationStore::figures(std::string account, std::string id, Done<std::vector<MemberFigures>> done) {
    look<std::vector<MemberFigures>>(
        account, id, [account, id](ConversationLook& look) { return look.figures(account, id); }, std::move(done));
}

void SqlConversationStore::rename(std::string account, std::string id, MemberRecord member, Done<MemberRecord> done) {
    change<MemberRecord>(
        account, id,
        [account, id, member = std::move(member)](ConversationChanges& changes) {
            return changes.rename(account, id, member);
        },
        std::move(done));
}

void SqlConversationStore::assign_speakers(std::string account, std::string id, std::vector<SpeakingTime> times,
                                           Done<std::size_t> done) {
    change<std::size_t>(
        account, id,
        [account, id, times = std::move(times)](ConversationChanges& changes) {
            return changes.assign_speakers(account, id, times);
        },
        std::move(done));
}

void SqlConversationStore::expire(base::WallTime before, std::size_t at_most, base::WallTime now,
                                  Done<std::size_t> done) {
    change_all<std::size_t>(
        [before, at_most, now](ConversationChanges& changes) { return changes.expire(before, at_most, now); },
        std::move(done));
}

void SqlConversationStore::forget(base::WallTime before, Done<bool> done) {
    database_.run<bool>(
        Access::write,
        [before](Connection& connection) {
            connection.prepared<ConversationRows>().forget(before);
            return base::Result<bool>(true);
        },
        std::move(done));
}

}  // namespace earshot::store
