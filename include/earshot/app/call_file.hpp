#pragma once

#include "earshot/base/error.hpp"
#include "earshot/base/time.hpp"
#include "earshot/detect/tier.hpp"
#include "earshot/proto/client_messages.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Calls as clients play them: JSON lines, each a transcript chunk.
namespace earshot::app {

/// One line of a call file.
struct CallChunk {
    std::string frame;  ///< the line as it is sent: with a `type`, otherwise to the letter
    proto::TranscriptChunk chunk;
};

/// Reads a call file's text; blank lines are skipped. Errors: those of proto::parse_chunk, their message beginning with
/// the number of the line; Errc::missing_member if there is no chunk at all.
base::Result<std::vector<CallChunk>> parse_call(std::string_view text);

/// How much faster than it was spoken a call is played: a positive number, or "max" (infinite). Nothing else.
std::optional<double> parse_speed(std::string_view text);

/// When each chunk is due, counted from the call's begin: its `endTime` after the first chunk's `startTime`, divided by
/// `speed`. A chunk without time, or with an earlier one, is due with the one before it.
std::vector<base::Duration> due_times(std::span<const CallChunk> call, double speed);

/// What a client asks for at its start.
struct StartWishes {
    std::string trackers_json;  ///< a tracker file's text; empty: the trackers that are stored at the server
    bool interims = false;      ///< ask for interim hits and their revisions
    std::optional<detect::TierSet> tiers;
    std::optional<double> threshold;
    std::optional<double> pause_seconds;
    std::optional<double> phrase_gap_seconds;
    std::string language;  ///< empty: the server's default
};

/// The start message. `trackers_json` must be a valid tracker file.
std::string start_request(const StartWishes& wishes);

/// The key by which speakers are told apart: the user id, without one the name.
const std::string& speaker_key(const proto::Speaker& speaker) noexcept;

}  // namespace earshot::app
