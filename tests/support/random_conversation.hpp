#pragma once

#include "earshot/proto/conversation_codec.hpp"

#include "support/dice.hpp"

#include <vector>

namespace earshot::support {

// A conversation as the API shows it, with messages and hits of its members and of strangers. Texts may be empty.
detect::ConversationRecord random_conversation(Dice& dice);
std::vector<detect::MessageRecord> random_messages(Dice& dice, const detect::ConversationRecord& conversation);
std::vector<detect::KeptHit> random_hits(Dice& dice, const detect::ConversationRecord& conversation);

}  // namespace earshot::support
