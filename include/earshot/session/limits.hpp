#pragma once

#include "earshot/base/time.hpp"
#include "earshot/detect/conversation_record.hpp"
#include "earshot/match/pattern_set.hpp"
#include "earshot/proto/client_codec.hpp"

#include <chrono>
#include <cstddef>

namespace earshot::session {

/// What bounds one socket. Every field is a setting (docs/settings come from app/settings) and has a test on both
/// sides.
struct SocketLimits {
    std::size_t text_frame_bytes = 512 * 1024;        ///< of any text frame but start and modify
    std::size_t start_frame_bytes = 4 * 1024 * 1024;  ///< of start and modify messages
    std::size_t waiting_frames = 256;                 ///< behind a start message that is being compiled
    std::size_t waiting_bytes = 5 * 1024 * 1024;      ///< room for the longest start message and more
    std::size_t outbox_bytes = 256 * 1024;            ///< beyond it the client counts as slow
    std::size_t outbox_frames = 1024;
    base::Duration slow_client = std::chrono::seconds(10);  ///< how long a client may stay slow
    base::Duration idle_start = std::chrono::minutes(30);   ///< how long a socket may stay without a start message
    base::Duration stop_grace = std::chrono::seconds(1);    ///< after the last stop message, for the client to close
    proto::MessageLimits messages;
    friend bool operator==(const SocketLimits&, const SocketLimits&) = default;
};

/// What bounds and times one conversation.
struct ConversationLimits {
    std::size_t publishers = 32;
    std::size_t subscribers = 10'000;
    std::size_t trackers = 1000;       ///< of one publisher, after a change; its start message has the codec's limit
    std::size_t phrases = 50'000;      ///< of all trackers of one publisher, exclusions and patterns among them
    std::size_t waiting_changes = 16;  ///< of one publisher's trackers, while others are compiled
    std::size_t tracker_lists = 64;    ///< those of publishers who are gone for good among them
    std::size_t replay_bytes = 64 * 1024;            ///< of final responses that can be told again
    std::size_t speakers = 256;                      ///< distinct speakers; beyond it a chunk of a new one is refused
    std::size_t open_utterances = 64;                ///< of one speaker
    std::size_t utterance_bytes = 16 * 1024;         ///< of committed text; then it is cut at a word boundary
    base::Duration pause = std::chrono::seconds(2);  ///< silence that ends an utterance without hypothesis
    base::Duration utterance = std::chrono::seconds(60);  ///< longest life of one without hypothesis
    base::Duration compile = std::chrono::seconds(30);    ///< how long a start waits for its trackers
    base::Duration verdict = std::chrono::seconds(2);     ///< how long an ended utterance waits for its verdict
    double phrase_gap_seconds = 10;                       ///< where a start message says nothing of it
    detect::Keeping keeping = detect::Keeping::full;      ///< where a start message says nothing of it
    bool can_keep = true;                                 ///< else nothing is, whatever a start message says
    /// Patterns, and those of all trackers of one publisher together. So much of cost keeps a thread for at most some
    /// 2 s; a thousand expressions as call centers have them cost 260,000.
    match::PatternLimits patterns{.count = 1000, .cost = 400'000};
    friend bool operator==(const ConversationLimits&, const ConversationLimits&) = default;
};

}  // namespace earshot::session
