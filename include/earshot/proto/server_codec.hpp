#pragma once

#include "earshot/base/error.hpp"
#include "earshot/base/time.hpp"
#include "earshot/detect/conversation_record.hpp"
#include "earshot/detect/hit.hpp"
#include "earshot/detect/tracker_list.hpp"
#include "earshot/proto/client_messages.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// What the server says, as JSON text with a fixed order of members. Functions return whole messages; none fails.
namespace earshot::proto {

/// The answer to `__PING__`.
inline constexpr std::string_view k_pong = "__PONG__";

/// A member of a conversation, as messages and hits name it.
struct Member {
    std::string id;  ///< the server's own
    Speaker speaker;
};

/// Turns seconds on a publisher's axis into ISO 8601.
struct TimeAxis {
    base::WallTime origin{};  ///< when second 0 was
};

/// "2026-05-04T03:02:01.000Z".
base::WallTime wall_time(const TimeAxis& axis, double seconds);
std::string to_iso8601(base::WallTime time);
std::string to_iso8601(const TimeAxis& axis, double seconds);

/// Whether a tier can be heard.
enum class TierStatus : std::uint8_t { ready, preparing, absent };
std::string_view status_name(TierStatus status) noexcept;

struct NamedTracker {
    std::string id;
    std::string name;
};

struct IgnoredTracker {
    std::string id;
    std::string reason;
};

/// For each tier whether there is one, and whether a session's trackers can be heard in it.
using TierStates = std::map<detect::Tier, TierStatus>;

/// What `recognition_started` tells.
struct StartReport {
    std::string conversation_id;
    std::uint64_t version = 1;  ///< of the set of trackers
    std::vector<NamedTracker> active;
    std::vector<IgnoredTracker> ignored;
    TierStates tiers;
    std::optional<std::int64_t> last_seq;
};

/// Utterances that a scorer did not evaluate.
struct NotEvaluated {
    std::string tier;
    std::string reason;
    std::uint64_t windows = 0;
};

// Platform messages; `offset_ms` is the time since the socket's first start, for subscribers since the conversation's.
std::string started_listening(std::int64_t offset_ms);
std::string subscription_started(std::string_view conversation_id, std::int64_t offset_ms);
std::string conversation_created(std::string_view conversation_id, detect::Keeping keeping, std::int64_t offset_ms);
std::string recognition_started(const StartReport& report, std::int64_t offset_ms);
std::string recognition_stopped(std::int64_t offset_ms);
std::string conversation_completed(std::string_view conversation_id, std::span<const NotEvaluated> not_evaluated,
                                   std::int64_t offset_ms);
std::string session_modified(const ModifyRequest& request, std::uint64_t version, const TierStates& tiers,
                             std::span<const IgnoredTracker> ignored, std::int64_t offset_ms);
/// A session that follows the stored trackers has them as they are now.
std::string stored_followed(std::uint64_t version, const TierStates& tiers, std::int64_t offset_ms);
/// The session's trackers are heard in this tier from now on.
std::string tier_ready(detect::Tier tier, std::uint64_t version, std::int64_t offset_ms);
std::string error_message(const base::Error& error, std::string_view request_id, std::int64_t offset_ms);
/// Errc::resume_gap: `first_kept` is the first sequence number from which on all final responses are kept.
std::string resume_gap(std::uint64_t first_kept, std::string_view request_id, std::int64_t offset_ms);
std::string recognition_result(const TranscriptChunk& chunk, const Member& member, double start, double end,
                               std::int64_t offset_ms);

// Data messages; `sequence` is the conversation's counter.
std::string message_response(std::span<const detect::Message> messages, const Member& from, const TimeAxis& axis,
                             int timezone_offset_minutes, std::uint64_t sequence);

enum class IsFinal : std::uint8_t { no, yes };

/// What a messageRef carries besides what every one does.
struct RefMembers {
    bool state = false;        ///< of its hit's life
    bool explanation = false;  ///< where its hit has one
};

/// One element a tracker, one match a phrase, one messageRef a part. `changes` may be empty (then `trackers` is []).
std::string tracker_response(std::span<const detect::HitChange> changes, const Member& speaker, const TimeAxis& axis,
                             IsFinal is_final, RefMembers members, std::uint64_t sequence);

/// What is open for one speaker.
struct OpenHits {
    std::vector<detect::HitChange> hits;
    Member speaker;
    TimeAxis axis;
};

/// All open hits of a conversation, with their states, as one tracker_response that is not final.
std::string open_hits_response(std::span<const OpenHits> speakers, std::uint64_t sequence);

/// The body of every REST error: {"message": …}.
std::string rest_error(std::string_view message);

}  // namespace earshot::proto
