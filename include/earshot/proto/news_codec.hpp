#pragma once

#include "earshot/detect/conversation_record.hpp"

#include <span>
#include <string>

// What a socket is told that watches all conversations of an account. Functions without state; any thread.
namespace earshot::proto {

/// `{"type": "conversation_started", "conversationId", "name", "startTime"}`
std::string conversation_started(const detect::ConversationRecord& conversation);

/// `{"type": "tracker_response", "conversationId", "isFinal": true, "trackers"}`, where `trackers` is as of
/// detected_trackers_answer.
std::string conversation_heard(const detect::ConversationRecord& conversation, std::span<const detect::KeptHit> hits);

/// `{"type": "conversation_ended", "conversationId", "name", "startTime", "endTime"}`
std::string conversation_ended(const detect::ConversationRecord& conversation);

}  // namespace earshot::proto
