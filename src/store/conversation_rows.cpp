#include "conversation_rows.hpp"

#include "plain_text.hpp"

#include <limits>
#include <unordered_map>
#include <utility>

namespace earshot::store {
namespace {

using soci::into;
using soci::use;

const std::string k_page =
    " WHERE account = :account AND removed_on IS NULL AND started_on >= :after_time AND started_on <= :before_time";

/// With `:before`, and the same as `:before_kept` and `:before_job`. Who asked for a job since then is to get its
/// results.
const std::string k_is_expirable =
    " FROM conversations WHERE removed_on IS NULL AND coalesce(ended_on, last_on) < :before AND kept_on < :before_kept "
    "AND NOT EXISTS"
    " (SELECT 1 FROM jobs WHERE jobs.conversation = conversations.id AND jobs.done_on IS NULL"
    " AND jobs.created_on >= :before_job)";

}  // namespace

base::Error unknown_conversation() {
    return {base::Errc::unknown_conversation, "no conversation has this id", {}, {}};
}

base::Error unknown_member() {
    return {base::Errc::unknown_member, "no member of the conversation has this id", {}, {}};
}

ConversationRecord KeptConversation::record() const {
    ConversationRecord record;
    record.id = id;
    record.name = name.empty() ? id : name;
    record.source = source;
    record.keeping = keeping;
    record.metadata = metadata;
    record.started = started;
    record.ended = ended.value_or(last);
    record.is_over = ended.has_value();
    return record;
}

template <typename... Used>
soci::statement ConversationRows::select(soci::session& sql, const std::string& rest, const Used&... used) {
    return prepare(
        sql, "SELECT id, name, source, keeps, metadata, started_on, ended_on, last_on FROM conversations" + rest,
        into(out_.id), into(out_.name), into(out_.source), into(out_.keeps), into(out_.metadata), into(out_.started_on),
        into(out_.ended_on.number, out_.ended_on.is_there), into(out_.last_on), used...);
}

ConversationRows::ConversationRows(soci::session& sql)
    : of_id_(select(sql, " WHERE id = :id AND account = :account AND removed_on IS NULL", use(in_.id, "id"),
                    use(account_, "account"))),
      newest_first_(select(sql, k_page + " ORDER BY started_on DESC, id DESC LIMIT :limit OFFSET :offset",
                           use(account_, "account"), use(after_, "after_time"), use(before_, "before_time"),
                           use(limit_, "limit"), use(offset_, "offset"))),
      oldest_first_(select(sql, k_page + " ORDER BY started_on, id LIMIT :limit OFFSET :offset",
                           use(account_, "account"), use(after_, "after_time"), use(before_, "before_time"),
                           use(limit_, "limit"), use(offset_, "offset"))),
      begin_(
          (sql.prepare << "INSERT INTO conversations (id, account, name, source, keeps, metadata, started_on,"
                          " last_on, kept_on)"
                          " VALUES (:id, :account, :name, :source, :keeps, :metadata, :started_on, :last_on, :kept_on)"
                          " ON CONFLICT (id) DO NOTHING",
           use(in_.id, "id"), use(account_, "account"), use(in_.name, "name"), use(in_.source, "source"),
           use(in_.keeps, "keeps"), use(in_.metadata, "metadata"), use(in_.started_on, "started_on"),
           use(in_.last_on, "last_on"), use(in_.kept_on, "kept_on"))),
      update_((sql.prepare << "UPDATE conversations SET name = :name, metadata = :metadata, ended_on = :ended_on,"
                              " last_on = :last_on WHERE id = :id",
               use(in_.name, "name"), use(in_.metadata, "metadata"),
               use(in_.ended_on.number, in_.ended_on.is_there, "ended_on"), use(in_.last_on, "last_on"),
               use(in_.id, "id"))),
      remove_((sql.prepare << "UPDATE conversations SET name = '', metadata = '', removed_on = :now WHERE id = :id",
               use(now_, "now"), use(in_.id, "id"))),
      remove_members_((sql.prepare << "DELETE FROM conversation_members WHERE conversation = :id", use(in_.id, "id"))),
      expirable_(prepare(sql, "SELECT id" + k_is_expirable + " ORDER BY coalesce(ended_on, last_on), id LIMIT :limit",
                         use(before_, "before"), use(before_, "before_kept"), use(before_, "before_job"),
                         use(limit_, "limit"), into(out_.id))),
      is_expirable_(prepare(sql, "SELECT id" + k_is_expirable + " AND id = :id", use(before_, "before"),
                            use(before_, "before_kept"), use(before_, "before_job"), use(in_.id, "id"), into(out_.id))),
      forget_((sql.prepare << "DELETE FROM conversations WHERE removed_on IS NOT NULL AND removed_on < :before",
               use(before_, "before"))),
      members_((sql.prepare << "SELECT id, name, user_id, role FROM conversation_members"
                               " WHERE conversation = :conversation ORDER BY position",
                use(member_in_.conversation, "conversation"), into(member_out_.id), into(member_out_.name),
                into(member_out_.user_id), into(member_out_.role))),
      members_of_many_(keys_.prepare(sql,
                                     "SELECT conversation, id, name, user_id, role FROM conversation_members"
                                     " WHERE conversation IN",
                                     "ORDER BY position", into(member_out_.conversation), into(member_out_.id),
                                     into(member_out_.name), into(member_out_.user_id), into(member_out_.role))),
      add_member_((sql.prepare << "INSERT INTO conversation_members (conversation, id, name, user_id, role)"
                                  " VALUES (:conversation, :id, :name, :user_id, :role)"
                                  " ON CONFLICT (conversation, id) DO UPDATE SET"
                                  " name = coalesce(nullif(conversation_members.name, ''), excluded.name),"
                                  " user_id = coalesce(nullif(conversation_members.user_id, ''), excluded.user_id),"
                                  " role = coalesce(nullif(conversation_members.role, ''), excluded.role)",
                   use(member_in_.conversation, "conversation"), use(member_in_.id, "id"), use(member_in_.name, "name"),
                   use(member_in_.user_id, "user_id"), use(member_in_.role, "role"))),
      update_member_((sql.prepare << "UPDATE conversation_members SET name = :name, user_id = :user_id, role = :role"
                                     " WHERE conversation = :conversation AND id = :id",
                      use(member_in_.name, "name"), use(member_in_.user_id, "user_id"), use(member_in_.role, "role"),
                      use(member_in_.conversation, "conversation"), use(member_in_.id, "id"))) {}

base::Result<KeptConversation> ConversationRows::of_id(const std::string& account, const std::string& id) {
    account_ = account;
    in_.id = id;
    auto found = read(of_id_);
    if (!found) return found.error();
    if (found->empty()) return unknown_conversation();
    return std::move(found->front());
}

base::Result<std::vector<KeptConversation>> ConversationRows::page(const std::string& account,
                                                                   const ConversationQuery& query) {
    using Limits = std::numeric_limits<long long>;
    account_ = account;
    after_ = query.after ? number_of(*query.after) : Limits::min();
    before_ = query.before ? number_of(*query.before) : Limits::max();
    limit_ = count_of(query.limit);
    offset_ = count_of(query.offset);
    return read(query.newest_first ? newest_first_ : oldest_first_);
}

void ConversationRows::begin(const std::string& account, const std::string& id,
                             const detect::ConversationBegin& begin) {
    account_ = account;
    in_.id = id;
    in_.name = as_plain_text(begin.name);
    in_.source = detect::source_name(begin.source);
    in_.keeps = detect::keeping_name(begin.keeping);
    in_.started_on = number_of(begin.started);
    in_.last_on = in_.started_on;
    in_.metadata = as_plain_text(begin.metadata);
    in_.kept_on = number_of(begin.kept_since);
    execute(begin_);
}

void ConversationRows::update(const KeptConversation& conversation) {
    in_.id = conversation.id;
    in_.name = conversation.name;
    in_.metadata = conversation.metadata;
    in_.ended_on.set(conversation.ended);
    in_.last_on = number_of(conversation.last);
    execute(update_);
}

void ConversationRows::remove(const std::string& id, base::WallTime now) {
    in_.id = id;
    now_ = number_of(now);
    execute(remove_members_);
    execute(remove_);
}

std::vector<std::string> ConversationRows::expirable(base::WallTime before, std::size_t at_most) {
    before_ = number_of(before);
    limit_ = count_of(at_most);
    std::vector<std::string> ids;
    for_each_row(expirable_, [&] { ids.push_back(out_.id); });
    return ids;
}

bool ConversationRows::is_expirable(const std::string& id, base::WallTime before) {
    before_ = number_of(before);
    in_.id = id;
    bool is_found = false;
    for_each_row(is_expirable_, [&] { is_found = true; });
    return is_found;
}

void ConversationRows::forget(base::WallTime before) {
    before_ = number_of(before);
    execute(forget_);
}

std::vector<detect::MemberRecord> ConversationRows::members(const std::string& conversation) {
    member_in_.conversation = conversation;
    std::vector<detect::MemberRecord> members;
    for_each_row(members_,
                 [&] { members.push_back({member_out_.id, member_out_.name, member_out_.user_id, member_out_.role}); });
    return members;
}

void ConversationRows::add_members_to(std::vector<ConversationRecord>& conversations) {
    std::unordered_map<std::string, ConversationRecord*> of_id;
    std::vector<std::string> ids;
    for (ConversationRecord& conversation : conversations) {
        of_id.emplace(conversation.id, &conversation);
        ids.push_back(conversation.id);
    }
    keys_.for_each_piece(ids, [&] {
        for_each_row(members_of_many_, [&] {
            of_id.at(member_out_.conversation)
                ->members.push_back({member_out_.id, member_out_.name, member_out_.user_id, member_out_.role});
        });
    });
}

void ConversationRows::add_member(const std::string& conversation, const detect::MemberRecord& member) {
    bind_member(conversation, member);
    execute(add_member_);
}

void ConversationRows::update_member(const std::string& conversation, const detect::MemberRecord& member) {
    bind_member(conversation, member);
    execute(update_member_);
}

base::Result<std::vector<KeptConversation>> ConversationRows::read(soci::statement& query) {
    std::vector<KeptConversation> found;
    std::optional<base::Error> error;
    for_each_row(query, [&] {
        const auto source = detect::find_source(out_.source);
        const auto keeping = detect::find_keeping(out_.keeps);
        if (!source || !keeping) {
            error = {base::Errc::io_failed, "a stored conversation cannot be read: " + out_.id, {}, {}};
            return;
        }
        found.push_back({out_.id, out_.name, *source, *keeping, out_.metadata, time_of(out_.started_on),
                         out_.ended_on.get(), time_of(out_.last_on)});
    });
    if (error) return *error;
    return found;
}

void ConversationRows::bind_member(const std::string& conversation, const detect::MemberRecord& member) {
    member_in_ = {conversation, as_plain_text(member.id), as_plain_text(member.name), as_plain_text(member.user_id),
                  as_plain_text(member.role)};
}

}  // namespace earshot::store
