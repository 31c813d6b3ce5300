#pragma once

#include "earshot/net/conversation_keeper.hpp"

#include <functional>
#include <optional>
#include <string>

namespace earshot::testing {

/// Takes all that is to be kept and keeps nothing of it: for servers whose clients are told that it is kept.
class ForgetfulKeeper final : public net::ConversationKeeper {
public:
    void keep(detect::ConversationChange) override {}
    void when_settled(const std::optional<std::string>&, std::function<void()> done) override { done(); }
    bool is_behind() const override { return false; }
    bool is_keeping() const override { return true; }
};

}  // namespace earshot::testing
