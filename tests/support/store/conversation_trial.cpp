#include "support/store/conversation_trial.hpp"

#include "support/store/record_texts.hpp"

#include <array>
#include <utility>

namespace earshot::support {
namespace {

constexpr std::array k_accounts{"ann", "Ann"};

store::ConversationQuery all_of_them() {
    store::ConversationQuery query;
    query.limit = SIZE_MAX;
    return query;
}

template <typename T>
base::Result<T> result_of(T value) {
    return value;
}

}  // namespace

std::string everything_of(AwaitedConversations& conversations, const std::string& account) {
    const auto list = conversations.list(account, all_of_them());
    std::string text = text_of(list);
    for (const detect::ConversationRecord& record : list.value()) {
        text += "\n" + record.id + text_of(conversations.messages(account, record.id)) +
                text_of(conversations.hits(account, record.id)) + text_of(conversations.figures(account, record.id));
    }
    return text;
}

void ConversationTrial::open(store::Database& database) {
    store_ = std::make_unique<store::SqlConversationStore>(database);
    awaited_.emplace(*store_);
}

std::optional<std::string> ConversationTrial::step() {
    const std::string account = random_.account();
    const std::string id = random_.conversation();
    switch (random_.below(14)) {
        case 0: {
            const base::WallTime now = random_.time();
            return difference("remove", awaited_->remove(account, id, now), model_.remove(account, id, now));
        }
        case 1: {
            const auto edit = random_.edit();
            return difference("edit", awaited_->edit(account, id, edit), model_.edit(account, id, edit));
        }
        case 2: {
            const auto member = random_.member();
            return difference("rename", awaited_->rename(account, id, member), model_.rename(account, id, member));
        }
        case 3:
        case 4:
            return assign_speakers();
        case 5: {
            const auto query = random_.query();
            return difference("list", awaited_->list(account, query), result_of(model_.list(account, query)));
        }
        case 6: {
            const store::MessageQuery query{.limit = random_.below(4), .offset = random_.below(4)};
            return difference("messages", awaited_->messages(account, id, query), model_.messages(account, id, query));
        }
        case 7: {
            if (!random_.one_in(4)) return apply();
            const base::WallTime before = random_.time();
            const base::WallTime now = random_.time();
            const std::size_t at_most = random_.below(3);
            return difference("expire", awaited_->expire(before, at_most, now),
                              result_of(model_.expire(before, at_most, now)));
        }
        case 8: {
            const base::WallTime before = random_.time();
            model_.forget(before);
            return difference("forget", awaited_->forget(before), result_of(true));
        }
        default:
            return apply();
    }
}

/// New changes, and such that were applied before, in one transaction.
std::optional<std::string> ConversationTrial::apply() {
    auto changes = random_.changes(4);
    applied_.insert(applied_.end(), changes.begin(), changes.end());
    for (std::size_t left = random_.below(4); left > 0 && !applied_.empty(); --left) {
        changes.insert(changes.begin() + static_cast<std::ptrdiff_t>(random_.below(changes.size() + 1)),
                       applied_[random_.below(applied_.size())]);
    }
    return difference("apply", awaited_->apply(changes), result_of(model_.apply(changes)));
}

std::optional<std::string> ConversationTrial::assign_speakers() {
    const std::string account = random_.account();
    const std::string id = random_.conversation();
    const auto times = random_.speaking_times();
    const std::size_t before = members_of(account, id).size();
    const auto result = awaited_->assign_speakers(account, id, times);
    std::vector<std::string> given = members_of(account, id);
    given.erase(given.begin(), given.begin() + static_cast<std::ptrdiff_t>(before));
    return difference("assign_speakers", result, model_.assign_speakers(account, id, times, given));
}

std::vector<std::string> ConversationTrial::members_of(const std::string& account, const std::string& id) {
    std::vector<std::string> ids;
    const auto record = awaited_->get(account, id);
    if (!record) return ids;
    for (const detect::MemberRecord& member : record->members) ids.push_back(member.id);
    return ids;
}

std::optional<std::string> ConversationTrial::compare() {
    for (const std::string account : k_accounts) {
        const store::ConversationQuery all = all_of_them();
        const auto expected = model_.list(account, all);
        if (auto wrong = difference("list", awaited_->list(account, all), result_of(expected))) return wrong;
        for (const detect::ConversationRecord& record : expected) {
            if (auto wrong = compare(account, record.id)) return wrong;
        }
    }
    return std::nullopt;
}

std::optional<std::string> ConversationTrial::compare(const std::string& account, const std::string& id) {
    auto wrong = difference("get", awaited_->get(account, id), model_.get(account, id));
    if (!wrong) wrong = difference("messages", awaited_->messages(account, id), model_.messages(account, id, {}));
    if (!wrong) wrong = difference("hits", awaited_->hits(account, id), model_.hits(account, id));
    if (!wrong) wrong = difference("figures", awaited_->figures(account, id), model_.figures(account, id));
    return wrong;
}

}  // namespace earshot::support
