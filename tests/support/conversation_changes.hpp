#pragma once

#include "earshot/detect/conversation_record.hpp"

#include <random>

namespace earshot::test {

/// Any change that a conversation may have, of one of three conversations.
detect::ConversationChange random_change(std::mt19937& random);

/// Whether they agree in all; times of words that are no numbers are alike.
bool is_same(const detect::ConversationChange& a, const detect::ConversationChange& b);

}  // namespace earshot::test
