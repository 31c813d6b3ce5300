#pragma once

#include "earshot/base/error.hpp"
#include "earshot/detect/hit.hpp"
#include "earshot/proto/client_messages.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// What a client hears from a server, read from its JSON.
namespace earshot::app {

/// What is said about the session itself (`{"type":"message", …}`).
struct PlatformEvent {
    std::string type;  ///< such as "recognition_started"
    std::string conversation_id;
    std::string code;          ///< of an error
    std::string message;       ///< of an error, with its path where it has one
    std::string request_id{};  ///< of what it answers; empty: it had none
    friend bool operator==(const PlatformEvent&, const PlatformEvent&) = default;
};

/// A sentence that is finished.
struct HeardMessage {
    std::string id;
    std::string text;
    friend bool operator==(const HeardMessage&, const HeardMessage&) = default;
};

/// The sentences of one ended utterance.
struct MessageEvent {
    proto::Speaker speaker;
    std::vector<HeardMessage> messages;
    friend bool operator==(const MessageEvent&, const MessageEvent&) = default;
};

/// Where a hit lies in one message; positions in UTF-16 code units of `text`.
struct HeardPart {
    std::string message_id;
    std::string text;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    friend bool operator==(const HeardPart&, const HeardPart&) = default;
};

/// A hit as one response tells it: all its parts together.
struct HeardHit {
    std::string id;
    std::string tracker;  ///< its name
    std::string phrase;
    std::string tier;
    double score = 0;
    std::optional<detect::HitState> state;  ///< only told to who asked for revisions
    proto::Speaker speaker;
    std::vector<HeardPart> parts;  ///< at least one
    friend bool operator==(const HeardHit&, const HeardHit&) = default;
};

struct TrackerEvent {
    bool is_final = false;
    std::vector<HeardHit> hits;
    friend bool operator==(const TrackerEvent&, const TrackerEvent&) = default;
};

/// An event of a type that this client does not look into.
struct OtherEvent {
    std::string type;
    friend bool operator==(const OtherEvent&, const OtherEvent&) = default;
};

using ServerEvent = std::variant<PlatformEvent, MessageEvent, TrackerEvent, OtherEvent>;

/// Reads one text frame. Members that are missing or of another type count as empty, so that a server with an older or
/// newer contract is still shown. Errors: invalid_json; wrong_type if it is no object.
base::Result<ServerEvent> parse_server_event(std::string_view frame);

/// What `hit` was at that moment: its state, or what a client without revisions may conclude.
detect::HitState state_of(const HeardHit& hit, bool is_final) noexcept;

}  // namespace earshot::app
