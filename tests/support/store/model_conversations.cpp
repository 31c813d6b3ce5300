#include "support/store/model_conversations.hpp"

#include <algorithm>
#include <set>
#include <sstream>
#include <utility>

namespace earshot::support {
namespace {

using detect::ConversationRecord;
using detect::MemberRecord;

std::string kept_text(std::string text) {
    std::replace(text.begin(), text.end(), '\0', ' ');
    return text;
}

template <typename Records>
auto find_id(Records& records, const std::string& id) {
    return std::find_if(records.begin(), records.end(), [&](const auto& record) { return record.id == id; });
}

template <typename Record>
void add_new(std::vector<Record>& records, const Record& record) {
    if (find_id(records, record.id) == records.end()) records.push_back(record);
}

void fill(std::string& text, const std::string& more) {
    if (text.empty()) text = kept_text(more);
}

void replace(std::string& text, const std::string& more) {
    if (!more.empty()) text = kept_text(more);
}

base::Error error(base::Errc code) {
    return {code, {}, {}, {}};
}

using Moments = std::set<base::WallTime>;

/// Each millisecond of it.
void insert(Moments& moments, const detect::WallSpan& span) {
    for (base::WallTime time = span.start; time < span.end; time += std::chrono::milliseconds(1)) moments.insert(time);
}

template <typename Element>
std::vector<Element> cut(const std::vector<Element>& all, std::size_t offset, std::size_t limit) {
    std::vector<Element> some;
    for (std::size_t i = offset; i < all.size() && some.size() < limit; ++i) some.push_back(all[i]);
    return some;
}

}  // namespace

ModelConversations::Kept* ModelConversations::find(const std::string& account, const std::string& id) {
    const auto place = all_.find(id);
    if (place == all_.end() || place->second.account != account || place->second.removed) return nullptr;
    return &place->second;
}

ConversationRecord ModelConversations::shown(const Kept& kept) {
    ConversationRecord record = kept.record;
    if (record.name.empty()) record.name = record.id;
    record.is_over = kept.ended.has_value();
    record.ended = kept.ended.value_or(kept.last);
    return record;
}

std::size_t ModelConversations::apply(const std::vector<detect::ConversationChange>& changes) {
    std::set<std::pair<std::string, std::string>> left_out;
    for (const detect::ConversationChange& change : changes) {
        const auto& begin = change.begin;
        if (begin && begin->keeping != detect::Keeping::none && !all_.contains(change.conversation)) {
            Kept& kept = all_[change.conversation];
            kept.account = change.account;
            kept.record.id = change.conversation;
            kept.record.name = kept_text(begin->name);
            kept.record.source = begin->source;
            kept.record.keeping = begin->keeping;
            kept.record.started = begin->started;
            kept.last = begin->started;
            kept.since = begin->kept_since;
            kept.record.metadata = kept_text(begin->metadata);
        }
        if (Kept* kept = find(change.account, change.conversation)) {
            add(*kept, change);
        } else {
            left_out.emplace(change.account, change.conversation);
        }
    }
    return left_out.size();
}

void ModelConversations::add(Kept& kept, const detect::ConversationChange& change) {
    for (const MemberRecord& member : change.members) {
        add_new(kept.record.members, {member.id, {}, {}, {}});
        MemberRecord& known = *find_id(kept.record.members, member.id);
        fill(known.name, member.name);
        fill(known.user_id, member.user_id);
        fill(known.role, member.role);
    }
    for (detect::MessageRecord message : change.messages) {
        if (message.time) kept.last = std::max(kept.last, message.time->end);
        message.text = kept_text(message.text);
        if (kept.record.keeping == detect::Keeping::full) add_new(kept.messages, message);
    }
    for (detect::HitRecord hit : change.hits) {
        hit.tracker_name = kept_text(hit.tracker_name);
        hit.value = kept_text(hit.value);
        add_new(kept.hits, hit);
    }
    if (change.ended) kept.ended = std::max(kept.ended.value_or(*change.ended), *change.ended);
}

std::vector<ConversationRecord> ModelConversations::list(const std::string& account,
                                                         const store::ConversationQuery& query) {
    std::vector<ConversationRecord> all;
    for (const auto& [id, kept] : all_) {
        if (kept.account != account || kept.removed) continue;
        if (query.after && kept.record.started < *query.after) continue;
        if (query.before && kept.record.started > *query.before) continue;
        all.push_back(shown(kept));
    }
    std::sort(all.begin(), all.end(), [&](const ConversationRecord& left, const ConversationRecord& right) {
        const bool is_earlier = std::tie(left.started, left.id) < std::tie(right.started, right.id);
        return left.id != right.id && is_earlier != query.newest_first;
    });
    return cut(all, query.offset, query.limit);
}

base::Result<ConversationRecord> ModelConversations::get(const std::string& account, const std::string& id) {
    const Kept* kept = find(account, id);
    if (!kept) return error(base::Errc::unknown_conversation);
    return shown(*kept);
}

base::Result<ConversationRecord> ModelConversations::edit(const std::string& account, const std::string& id,
                                                          const store::ConversationEdit& edit) {
    Kept* kept = find(account, id);
    if (!kept) return error(base::Errc::unknown_conversation);
    if (edit.name) kept->record.name = kept_text(*edit.name);
    if (edit.metadata) kept->record.metadata = *edit.metadata;
    return shown(*kept);
}

void ModelConversations::clear(Kept& kept, base::WallTime now) {
    kept.removed = now;
    kept.messages.clear();
    kept.hits.clear();
    kept.record.members.clear();
}

base::Result<bool> ModelConversations::remove(const std::string& account, const std::string& id, base::WallTime now) {
    Kept* kept = find(account, id);
    if (!kept) return error(base::Errc::unknown_conversation);
    clear(*kept, now);
    return true;
}

base::Result<std::vector<detect::MessageRecord>> ModelConversations::messages(const std::string& account,
                                                                              const std::string& id,
                                                                              const store::MessageQuery& query) {
    const Kept* kept = find(account, id);
    if (!kept) return error(base::Errc::unknown_conversation);
    return cut(kept->messages, query.offset, query.limit);
}

base::Result<std::vector<detect::KeptHit>> ModelConversations::hits(const std::string& account, const std::string& id) {
    const Kept* kept = find(account, id);
    if (!kept) return error(base::Errc::unknown_conversation);
    std::vector<detect::KeptHit> hits;
    for (const detect::HitRecord& hit : kept->hits) {
        hits.push_back({hit, {}});
        for (const detect::HitPartRecord& part : hit.parts) {
            const auto message = find_id(kept->messages, part.message);
            hits.back().texts.push_back(message == kept->messages.end() ? "" : message->text);
        }
    }
    return hits;
}

base::Result<std::vector<detect::MemberFigures>> ModelConversations::figures(const std::string& account,
                                                                             const std::string& id) {
    const Kept* kept = find(account, id);
    if (!kept) return error(base::Errc::unknown_conversation);
    std::vector<std::string> members;
    const auto note = [&](const std::string& member) {
        if (std::find(members.begin(), members.end(), member) == members.end()) members.push_back(member);
    };
    for (const MemberRecord& member : kept->record.members) note(member.id);
    for (const detect::MessageRecord& message : kept->messages) note(message.member);
    std::vector<detect::MemberFigures> figures;
    for (const std::string& member : members) {
        detect::MemberFigures own{member, 0, 0, 0};
        Moments moments;
        for (const detect::MessageRecord& message : kept->messages) {
            if (message.member != member) continue;
            ++own.messages;
            std::istringstream text(message.text);
            for (std::string word; text >> word;) ++own.words;
            if (message.time) insert(moments, *message.time);
        }
        own.talk_seconds = static_cast<double>(moments.size()) / 1000;
        if (own.messages > 0) figures.push_back(own);
    }
    return figures;
}

base::Result<MemberRecord> ModelConversations::rename(const std::string& account, const std::string& id,
                                                      const MemberRecord& member) {
    Kept* kept = find(account, id);
    if (!kept) return error(base::Errc::unknown_conversation);
    const auto known = find_id(kept->record.members, member.id);
    if (known == kept->record.members.end()) return error(base::Errc::unknown_member);
    replace(known->name, member.name);
    replace(known->user_id, member.user_id);
    replace(known->role, member.role);
    return *known;
}

base::Result<std::size_t> ModelConversations::assign_speakers(const std::string& account, const std::string& id,
                                                              const std::vector<store::SpeakingTime>& times,
                                                              const std::vector<std::string>& given) {
    Kept* kept = find(account, id);
    if (!kept) return error(base::Errc::unknown_conversation);
    std::vector<MemberRecord> members = kept->record.members;
    std::size_t next_given = 0;
    std::vector<std::pair<std::string, Moments>> speakers;
    for (const store::SpeakingTime& time : times) {
        const MemberRecord meant{time.member.id, kept_text(time.member.name), kept_text(time.member.user_id),
                                 kept_text(time.member.role)};
        const auto is_it = [&](const MemberRecord& member) {
            if (!meant.id.empty()) return member.id == meant.id;
            if (!meant.user_id.empty()) return member.user_id == meant.user_id;
            return member.name == meant.name;
        };
        const bool is_named = !meant.user_id.empty() || !meant.name.empty();
        auto member = std::find_if(members.begin(), members.end(), is_it);
        if (meant.id.empty() && !is_named) return error(base::Errc::unknown_member);
        if (member == members.end()) {
            if (!meant.id.empty()) return error(base::Errc::unknown_member);
            const std::string new_id = next_given < given.size() ? given[next_given] : "not given";
            ++next_given;
            member = members.insert(member, {new_id, meant.name, meant.user_id, meant.role});
        }
        auto speaker =
            std::find_if(speakers.begin(), speakers.end(), [&](const auto& each) { return each.first == member->id; });
        if (speaker == speakers.end()) speaker = speakers.insert(speaker, {member->id, {}});
        insert(speaker->second, time.time);
    }
    kept->record.members = members;

    std::size_t changed = 0;
    for (detect::MessageRecord& message : kept->messages) {
        if (!message.time) continue;
        Moments during;
        insert(during,
               {message.time->start, std::max(message.time->end, message.time->start + std::chrono::milliseconds(1))});
        std::size_t most = 0;
        std::string longest = message.member;
        for (const auto& [speaker, moments] : speakers) {
            const auto count = static_cast<std::size_t>(std::count_if(
                during.begin(), during.end(), [&spoken = moments](auto time) { return spoken.contains(time); }));
            if (count <= most) continue;
            most = count;
            longest = speaker;
        }
        if (longest == message.member) continue;
        ++changed;
        message.member = longest;
        for (detect::HitRecord& hit : kept->hits) {
            if (!hit.parts.empty() && hit.parts.front().message == message.id) hit.member = longest;
        }
    }
    return changed;
}

std::size_t ModelConversations::expire(base::WallTime before, std::size_t at_most, base::WallTime now) {
    std::vector<std::pair<base::WallTime, Kept*>> over;
    for (auto& [id, kept] : all_) {
        const base::WallTime end = kept.ended.value_or(kept.last);
        if (!kept.removed && end < before && kept.since < before) over.emplace_back(end, &kept);
    }
    std::stable_sort(over.begin(), over.end(),
                     [](const auto& left, const auto& right) { return left.first < right.first; });
    for (const auto& [end, kept] : cut(over, 0, at_most)) clear(*kept, now);
    return std::min(over.size(), at_most);
}

void ModelConversations::forget(base::WallTime before) {
    std::erase_if(all_, [&](const auto& entry) { return entry.second.removed && *entry.second.removed < before; });
}

}  // namespace earshot::support
