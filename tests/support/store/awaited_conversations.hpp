#pragma once

#include "earshot/store/conversation_store.hpp"

#include "support/store/awaited_store.hpp"

#include <string>
#include <utility>
#include <vector>

namespace earshot::support {

/// A ConversationStore whose operations wait for their answers.
class AwaitedConversations {
public:
    explicit AwaitedConversations(store::ConversationStore& store) : store_(store) {}

    base::Result<std::size_t> apply(std::vector<detect::ConversationChange> changes) {
        return await<std::size_t>([&](auto done) { store_.apply(std::move(changes), done); });
    }
    base::Result<std::vector<detect::ConversationRecord>> list(const std::string& account,
                                                               store::ConversationQuery query = {}) {
        return await<std::vector<detect::ConversationRecord>>([&](auto done) { store_.list(account, query, done); });
    }
    base::Result<detect::ConversationRecord> get(const std::string& account, const std::string& id) {
        return await<detect::ConversationRecord>([&](auto done) { store_.get(account, id, done); });
    }
    base::Result<detect::ConversationRecord> edit(const std::string& account, const std::string& id,
                                                  store::ConversationEdit edit) {
        return await<detect::ConversationRecord>([&](auto done) { store_.edit(account, id, edit, done); });
    }
    base::Result<bool> remove(const std::string& account, const std::string& id, base::WallTime now = {}) {
        return await<bool>([&](auto done) { store_.remove(account, id, now, done); });
    }
    base::Result<std::vector<detect::MessageRecord>> messages(const std::string& account, const std::string& id,
                                                              store::MessageQuery query = {}) {
        return await<std::vector<detect::MessageRecord>>([&](auto done) { store_.messages(account, id, query, done); });
    }
    base::Result<std::vector<detect::KeptHit>> hits(const std::string& account, const std::string& id) {
        return await<std::vector<detect::KeptHit>>([&](auto done) { store_.hits(account, id, done); });
    }
    base::Result<std::vector<detect::MemberFigures>> figures(const std::string& account, const std::string& id) {
        return await<std::vector<detect::MemberFigures>>([&](auto done) { store_.figures(account, id, done); });
    }
    base::Result<detect::MemberRecord> rename(const std::string& account, const std::string& id,
                                              detect::MemberRecord member) {
        return await<detect::MemberRecord>([&](auto done) { store_.rename(account, id, member, done); });
    }
    base::Result<std::size_t> assign_speakers(const std::string& account, const std::string& id,
                                              std::vector<store::SpeakingTime> times) {
        return await<std::size_t>([&](auto done) { store_.assign_speakers(account, id, times, done); });
    }
    base::Result<std::size_t> expire(base::WallTime before, std::size_t at_most = 1000, base::WallTime now = {}) {
        return await<std::size_t>([&](auto done) { store_.expire(before, at_most, now, done); });
    }
    base::Result<bool> forget(base::WallTime before) {
        return await<bool>([&](auto done) { store_.forget(before, done); });
    }

private:
    store::ConversationStore& store_;
};

}  // namespace earshot::support
