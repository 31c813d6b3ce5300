#pragma once

#include "earshot/store/sql_conversation_store.hpp"

#include "support/store/awaited_conversations.hpp"
#include "support/store/model_conversations.hpp"
#include "support/store/random_conversations.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace earshot::support {

/// All that an account's conversations show, as one text.
std::string everything_of(AwaitedConversations& conversations, const std::string& account);

/// Random operations on a store and on a model of it, one after the other.
class ConversationTrial {
public:
    explicit ConversationTrial(std::uint64_t seed) : random_(seed) {}

    /// From now on the store of this database, whose content the model knows.
    void open(store::Database& database);

    /// One operation. What is not as in the model, in words; none: all is.
    std::optional<std::string> step();

    /// What is not as in the model in all that can be read.
    std::optional<std::string> compare();

    RandomConversations& random() noexcept { return random_; }

private:
    std::optional<std::string> apply();
    std::optional<std::string> assign_speakers();
    std::optional<std::string> compare(const std::string& account, const std::string& id);
    std::vector<std::string> members_of(const std::string& account, const std::string& id);

    RandomConversations random_;
    std::vector<detect::ConversationChange> applied_;
    std::unique_ptr<store::SqlConversationStore> store_;
    std::optional<AwaitedConversations> awaited_;
    ModelConversations model_;
};

}  // namespace earshot::support
