#pragma once

#include "earshot/store/sql_conversation_store.hpp"

#include "backends.hpp"
#include "support/store/awaited_conversations.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace earshot::store {

inline base::WallTime at(std::int64_t milliseconds) {
    return base::WallTime(std::chrono::milliseconds(milliseconds));
}

inline detect::ConversationChange change_of(const std::string& id, const std::string& account = "ann") {
    detect::ConversationChange change;
    change.account = account;
    change.conversation = id;
    return change;
}

inline detect::ConversationChange begin_of(const std::string& id, std::int64_t started = 0,
                                           detect::Keeping keeping = detect::Keeping::full) {
    detect::ConversationChange change = change_of(id);
    change.begin = detect::ConversationBegin{.name = {}, .keeping = keeping, .started = at(started)};
    return change;
}

inline detect::MessageRecord message_of(const std::string& id, const std::string& text = "well",
                                        std::int64_t start = -1, std::int64_t end = -1) {
    detect::MessageRecord message;
    message.id = id;
    message.member = "m1";
    message.utterance = 1;
    message.text = text;
    if (start >= 0) message.time = {at(start), at(end)};
    return message;
}

inline detect::HitRecord hit_of(const std::string& id, const std::vector<std::string>& messages) {
    detect::HitRecord hit;
    hit.id = id;
    hit.tracker = "t1";
    hit.tracker_name = "Pricing";
    hit.value = "how much";
    hit.member = "m1";
    for (const std::string& message : messages) hit.parts.push_back({message, 2, 5, {}});
    return hit;
}

std::vector<std::string> ids_of(const auto& records) {
    std::vector<std::string> ids;
    for (const auto& record : records.value()) ids.push_back(record.id);
    return ids;
}

class ConversationStoreTest : public BackendTest {
protected:
    void SetUp() override {
        BackendTest::SetUp();
        if (!IsSkipped()) restart();
    }

    void restart() {
        database_.reset();
        database_ = open();
        conversation_store_ = std::make_unique<SqlConversationStore>(*database_);
        store_.emplace(*conversation_store_);
    }

    void expect_error(const auto& result, base::Errc code) {
        ASSERT_FALSE(result.has_value());
        EXPECT_EQ(result.error().code, code) << result.error().message << ": " << result.error().details;
    }

    std::unique_ptr<Database> database_;
    std::unique_ptr<SqlConversationStore> conversation_store_;
    std::optional<support::AwaitedConversations> store_;
};

}  // namespace earshot::store
