#include "conversation_changes.hpp"

#include "conversation_locks.hpp"
#include "job_telling.hpp"
#include "plain_text.hpp"
#include "speaking_times.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

namespace earshot::store {
namespace {

using detect::MemberRecord;

std::optional<base::WallTime> last_end(const std::vector<detect::MessageRecord>& messages) {
    std::optional<base::WallTime> last;
    for (const detect::MessageRecord& message : messages) {
        if (message.time) last = std::max(last.value_or(message.time->end), message.time->end);
    }
    return last;
}

/// Puts what `more` says in place of what `text` says; an empty text says nothing.
void replace(std::string& text, const std::string& more) {
    if (!more.empty()) text = as_plain_text(more);
}

/// Which member is meant; the index of the first that fits.
std::optional<std::size_t> find_member(const std::vector<MemberRecord>& members, const MemberRecord& meant) {
    const std::string MemberRecord::* const known_by = !meant.id.empty()        ? &MemberRecord::id
                                                       : !meant.user_id.empty() ? &MemberRecord::user_id
                                                                                : &MemberRecord::name;
    const std::string text = as_plain_text(meant.*known_by);
    const auto place = std::find_if(members.begin(), members.end(),
                                    [&](const MemberRecord& member) { return member.*known_by == text; });
    if (place == members.end()) return std::nullopt;
    return static_cast<std::size_t>(place - members.begin());
}

}  // namespace

ConversationChanges::ConversationChanges(Connection& connection, const std::function<std::string()>& make_id)
    : connection_(connection),
      make_id_(make_id),
      rows_(connection.prepared<ConversationRows>()),
      messages_(connection.prepared<MessageRows>()),
      hits_(connection.prepared<HitRows>()) {}

std::vector<std::string> conversations_of(const std::vector<detect::ConversationChange>& changes) {
    std::vector<std::string> ids;
    for (const detect::ConversationChange& change : changes) ids.push_back(change.conversation);
    return ids;
}

base::Result<std::size_t> ConversationChanges::apply(const Changes& changes) {
    lock_conversations(connection_, conversations_of(changes));
    return apply_locked(changes);
}

base::Result<std::size_t> ConversationChanges::apply_locked(const Changes& changes) {
    std::set<std::pair<std::string, std::string>> left_out;
    for (const detect::ConversationChange& change : changes) {
        const auto is_added = add(change);
        if (!is_added) return is_added.error();
        if (!*is_added) left_out.emplace(change.account, change.conversation);
    }
    return left_out.size();
}

/// False: it is left out.
base::Result<bool> ConversationChanges::add(const detect::ConversationChange& change) {
    if (!is_account_name(change.account) || !is_id(change.conversation)) return false;
    if (change.begin && change.begin->keeping != detect::Keeping::none) {
        rows_.begin(change.account, change.conversation, *change.begin);
    }
    auto kept = rows_.of_id(change.account, change.conversation);
    if (!kept && kept.error().code == base::Errc::unknown_conversation) return false;
    if (!kept) return kept.error();
    for (const MemberRecord& member : change.members) rows_.add_member(kept->id, member);
    if (kept->keeping == detect::Keeping::full) messages_.insert(kept->id, change.messages);
    hits_.insert(kept->id, change.hits);

    // What was added before cannot take an end back, so that it may be added once more.
    const base::WallTime last = std::max(kept->last, last_end(change.messages).value_or(kept->last));
    const auto ended = change.ended ? std::max(kept->ended, change.ended) : kept->ended;
    if (last == kept->last && ended == kept->ended) return true;
    kept->last = last;
    kept->ended = ended;
    rows_.update(*kept);
    return true;
}

base::Result<ConversationRecord> ConversationChanges::edit(const std::string& account, const std::string& id,
                                                           const ConversationEdit& edit) {
    lock_conversations(connection_, {id});
    return edit_locked(account, id, edit);
}

base::Result<ConversationRecord> ConversationChanges::edit_locked(const std::string& account, const std::string& id,
                                                                  const ConversationEdit& edit) {
    auto kept = rows_.of_id(account, id);
    if (!kept) return kept.error();
    if (edit.name) kept->name = as_plain_text(*edit.name);
    if (edit.metadata) kept->metadata = as_plain_text(*edit.metadata);
    rows_.update(*kept);
    ConversationRecord record = kept->record();
    record.members = rows_.members(id);
    return record;
}

base::Result<bool> ConversationChanges::remove(const std::string& account, const std::string& id, base::WallTime now) {
    lock_conversations(connection_, {id});
    if (auto kept = rows_.of_id(account, id); !kept) return kept.error();
    return remove_all_of(id, now);
}

base::Result<bool> ConversationChanges::remove_all_of(const std::string& id, base::WallTime now) {
    messages_.remove(id);
    hits_.remove(id);
    rows_.remove(id, now);
    return JobTelling(connection_, make_id_).fail_all_of(id, "The conversation was deleted.", now);
}

base::Result<MemberRecord> ConversationChanges::rename(const std::string& account, const std::string& id,
                                                       const MemberRecord& member) {
    lock_conversations(connection_, {id});
    if (auto kept = rows_.of_id(account, id); !kept) return kept.error();
    std::vector<MemberRecord> members = rows_.members(id);
    const auto place =
        std::find_if(members.begin(), members.end(), [&](const MemberRecord& each) { return each.id == member.id; });
    if (place == members.end()) return unknown_member();
    replace(place->name, member.name);
    replace(place->user_id, member.user_id);
    replace(place->role, member.role);
    rows_.update_member(id, *place);
    return *place;
}

base::Result<std::size_t> ConversationChanges::assign_speakers(const std::string& account, const std::string& id,
                                                               const std::vector<SpeakingTime>& times) {
    lock_conversations(connection_, {id});
    if (auto kept = rows_.of_id(account, id); !kept) return kept.error();
    std::vector<MemberRecord> members = rows_.members(id);
    std::vector<std::size_t> speakers;  // indices of members, in the order in which they are named
    std::map<std::size_t, std::size_t> speaker_of;
    std::vector<Spoken> spoken;
    for (const SpeakingTime& time : times) {
        const auto member = find_or_add(id, members, time.member);
        if (!member) return member.error();
        const auto [place, is_new] = speaker_of.emplace(*member, speakers.size());
        if (is_new) speakers.push_back(*member);
        spoken.push_back({place->second, time.time});
    }

    const std::vector<MessageRows::Timed> messages = messages_.timed(id);
    std::vector<detect::WallSpan> spans;
    for (const MessageRows::Timed& message : messages) spans.push_back(message.time);
    const std::vector<std::size_t> longest = longest_speakers(spans, spoken);
    std::unordered_map<std::string, std::size_t> new_speaker_of;  // by message
    std::vector<std::vector<long long>> messages_of(speakers.size());
    std::vector<std::vector<long long>> hits_of(speakers.size());
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const std::size_t speaker = longest[i];
        if (speaker == k_nobody || members[speakers[speaker]].id == messages[i].member) continue;
        new_speaker_of.emplace(messages[i].id, speaker);
        messages_of[speaker].push_back(messages[i].position);
    }
    for (const HitRows::Place& hit : hits_.places(id)) {
        const auto place = new_speaker_of.find(hit.message);
        if (place != new_speaker_of.end()) hits_of[place->second].push_back(hit.position);
    }
    for (std::size_t speaker = 0; speaker < speakers.size(); ++speaker) {
        messages_.assign(messages_of[speaker], members[speakers[speaker]].id);
        hits_.assign(hits_of[speaker], members[speakers[speaker]].id);
    }
    return new_speaker_of.size();
}

/// The index of the member that is meant; a new one is added to `members` too.
base::Result<std::size_t> ConversationChanges::find_or_add(const std::string& id, std::vector<MemberRecord>& members,
                                                           const MemberRecord& meant) {
    if (meant.id.empty() && meant.user_id.empty() && meant.name.empty()) return unknown_member();
    if (const auto member = find_member(members, meant)) return *member;
    if (!meant.id.empty()) return unknown_member();
    members.push_back({make_id_(), as_plain_text(meant.name), as_plain_text(meant.user_id), as_plain_text(meant.role)});
    rows_.add_member(id, members.back());
    return members.size() - 1;
}

base::Result<std::size_t> ConversationChanges::expire(base::WallTime before, std::size_t at_most, base::WallTime now) {
    const std::vector<std::string> ids = rows_.expirable(before, at_most);
    lock_conversations(connection_, ids);
    std::size_t removed = 0;
    for (const std::string& id : ids) {
        if (!rows_.is_expirable(id, before)) continue;  // something new came before the lock
        if (const auto done = remove_all_of(id, now); !done) return done.error();
        ++removed;
    }
    return removed;
}

}  // namespace earshot::store
