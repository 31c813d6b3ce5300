#include "conversation_look.hpp"

#include "earshot/base/time.hpp"
#include "earshot/text/utf8.hpp"

#include "speaking_times.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace earshot::store {
namespace {

/// Counts what each member says.
class Count {
public:
    void add(const MessageRows::Said& said) {
        const auto [place, is_new] = index_of_.emplace(said.member, figures_.size());
        if (is_new) {
            figures_.push_back({said.member, 0, 0, 0});
            spans_.emplace_back();
        }
        MemberFigures& figures = figures_[place->second];
        ++figures.messages;
        figures.words += text::count_blank_separated(said.text, said.text.size());
        if (said.time) spans_[place->second].push_back(*said.time);
    }

    /// In the order of `members`, and behind them others, as they spoke first.
    std::vector<MemberFigures> take(const std::vector<detect::MemberRecord>& members) {
        for (std::size_t i = 0; i < figures_.size(); ++i) {
            figures_[i].talk_seconds = base::to_seconds(covered(std::move(spans_[i])));
        }
        std::vector<MemberFigures> in_order;
        for (const detect::MemberRecord& member : members) {
            const auto place = index_of_.find(member.id);
            if (place == index_of_.end()) continue;
            in_order.push_back(std::move(figures_[place->second]));
            figures_[place->second].messages = 0;
        }
        std::copy_if(figures_.begin(), figures_.end(), std::back_inserter(in_order),
                     [](const MemberFigures& left) { return left.messages > 0; });
        return in_order;
    }

private:
    std::unordered_map<std::string, std::size_t> index_of_;
    std::vector<MemberFigures> figures_;
    std::vector<std::vector<detect::WallSpan>> spans_;
};

}  // namespace

ConversationLook::ConversationLook(Connection& connection)
    : rows_(connection.prepared<ConversationRows>()),
      messages_(connection.prepared<MessageRows>()),
      hits_(connection.prepared<HitRows>()) {}

base::Result<std::vector<ConversationRecord>> ConversationLook::list(const std::string& account,
                                                                     const ConversationQuery& query) {
    const auto page = rows_.page(account, query);
    if (!page) return page.error();
    std::vector<ConversationRecord> records;
    for (const KeptConversation& kept : *page) records.push_back(kept.record());
    rows_.add_members_to(records);
    return records;
}

base::Result<ConversationRecord> ConversationLook::get(const std::string& account, const std::string& id) {
    const auto kept = rows_.of_id(account, id);
    if (!kept) return kept.error();
    ConversationRecord record = kept->record();
    record.members = rows_.members(id);
    return record;
}

base::Result<std::vector<detect::MessageRecord>> ConversationLook::messages(const std::string& account,
                                                                            const std::string& id,
                                                                            const MessageQuery& query) {
    if (const auto kept = rows_.of_id(account, id); !kept) return kept.error();
    return messages_.page(id, query);
}

base::Result<std::vector<KeptHit>> ConversationLook::hits(const std::string& account, const std::string& id) {
    if (const auto kept = rows_.of_id(account, id); !kept) return kept.error();
    auto hits = hits_.all(id);
    if (!hits) return hits.error();
    std::unordered_map<std::string, std::string> texts;  // of messages behind a hit's first
    std::vector<KeptHit> kept_hits;
    for (HitRows::Found& found : *hits) {
        KeptHit& kept = kept_hits.emplace_back();
        for (const detect::HitPartRecord& part : found.hit.parts) {
            if (kept.texts.empty()) {
                kept.texts.push_back(std::move(found.text));
                continue;
            }
            const auto [text, is_new] = texts.try_emplace(part.message);
            if (is_new) text->second = messages_.text(id, part.message);
            kept.texts.push_back(text->second);
        }
        kept.hit = std::move(found.hit);
    }
    return kept_hits;
}

base::Result<std::vector<MemberFigures>> ConversationLook::figures(const std::string& account, const std::string& id) {
    if (const auto kept = rows_.of_id(account, id); !kept) return kept.error();
    Count count;
    messages_.for_each(id, [&](const MessageRows::Said& said) { count.add(said); });
    return count.take(rows_.members(id));
}

}  // namespace earshot::store
