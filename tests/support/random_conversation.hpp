#pragma once

#include "earshot/proto/conversation_codec.hpp"

#include "support/dice.hpp"

#include <vector>

namespace earshot::support {

// A conversation as the API shows it, with messages and hits of its members and of strangers. Texts may be empty.
proto::ShownConversation random_conversation(Dice& dice);
std::vector<detect::MessageRecord> random_messages(Dice& dice, const proto::ShownConversation& conversation);
std::vector<proto::ShownHit> random_hits(Dice& dice, const proto::ShownConversation& conversation);

}  // namespace earshot::support
