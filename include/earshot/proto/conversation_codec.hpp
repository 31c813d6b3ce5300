#pragma once

#include "earshot/base/time.hpp"
#include "earshot/detect/conversation_record.hpp"
#include "earshot/proto/management_codec.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// The conversation API: what is kept of a conversation as JSON, and what clients change of it. Functions without state;
// any thread. Shapes: docs/protocol.md.
namespace earshot::proto {

/// `{"id", "type": "meeting", "name", "startTime", "endTime", "members", "metadata", "source", "store", "isOver"}`
std::string conversation_answer(const detect::ConversationRecord& conversation);

/// `{"conversations": [ … ]}`
std::string conversations_answer(std::span<const detect::ConversationRecord> conversations);

/// `{"messages": [ … ]}`; `timeOffset` and `duration` are seconds, from the conversation's begin. Messages without a
/// time have that of the begin. `verbose`: with `words`, where a recogniser timed them.
std::string messages_answer(const detect::ConversationRecord& conversation,
                            std::span<const detect::MessageRecord> messages, bool verbose);

/// `{"members": [{"id", "name", "email"}]}`, with `role` where there is one
std::string members_answer(std::span<const detect::MemberRecord> members);

/// The bare array of trackers, each once, with its matches by phrase and their messageRefs, in the order in which they
/// were heard first: members as of a live tracker_response, `offset` -1 but for `exact` and `pattern`.
std::string detected_trackers_answer(const detect::ConversationRecord& conversation,
                                     std::span<const detect::KeptHit> hits);

/// `{"metrics", "members", "trackers"}`: silence and talk time of the whole; talk time, words and messages of each
/// member; for each tracker its hits, the messages with one and their share of all, when it was heard first and last
/// (where that is known), and its hits by member.
std::string analytics_answer(const detect::ConversationRecord& conversation,
                             std::span<const detect::MemberFigures> figures, std::span<const detect::KeptHit> hits);

/// `{"id", "status", "progress"}`, with `error` where it failed
std::string job_answer(std::string_view id, std::string_view status, double progress, std::string_view error);

/// What `GET …/{resource}` answers for insights that this server does not draw: "topics", "questions", "action-items",
/// "follow-ups" and "entities", each an empty list in its envelope. None: it is another resource.
std::optional<std::string_view> empty_answer(std::string_view resource) noexcept;

/// What `PUT /v1/conversations/{id}` changes.
struct ConversationBody {
    std::optional<std::string> name;
    std::optional<std::string> metadata;  ///< a JSON object as text
    friend bool operator==(const ConversationBody&, const ConversationBody&) = default;
};
Checked<ConversationBody> read_conversation_body(std::string_view body, std::size_t metadata_bytes);

/// What `PUT …/members/{id}` makes of a member: `name`, `email` (or `userId`), `role`; what is absent is empty. An `id`
/// that is another's is a finding.
Checked<detect::MemberRecord> read_member_body(std::string_view body, std::string_view id);

/// Who spoke from when to when, in seconds from the conversation's begin.
struct SpokenSpan {
    detect::MemberRecord member;  ///< with an `id`, or known by its user_id or name
    double start = 0;
    double end = 0;
    friend bool operator==(const SpokenSpan&, const SpokenSpan&) = default;
};

/// What `PUT …/speakers` says: `{"speakerEvents": [{"type": "started_speaking" | "stopped_speaking",
/// "user": {"id", "userId", "name"}, "offset": {"seconds", "nanos"}}]}`. Events are those of one speaker where their
/// ids, without ids their userIds, without both their names are the same, and each speaker's are in the order of time;
/// one that starts while it speaks goes on, and one that does not stop speaks to the end (an end of +infinity). Spans
/// come in the order of their starts in the body.
Checked<std::vector<SpokenSpan>> read_speakers_body(std::string_view body);

/// The parameters of a query that lists something, in any loose form.
struct ListQuery {
    std::optional<std::size_t> limit;
    std::size_t offset = 0;
    std::optional<bool> is_ascending;      ///< `order`: "asc" or "desc"
    std::optional<base::WallTime> after;   ///< `startTime`
    std::optional<base::WallTime> before;  ///< `endTime`
    bool verbose = false;
    friend bool operator==(const ListQuery&, const ListQuery&) = default;
};
Checked<ListQuery> read_list_query(std::string_view query);

/// ISO 8601 from the year 0 to 9999, with or without seconds and a fraction of them (cut to milliseconds), with `Z` or
/// an offset (without both it is UTC; the offset's plus may be a blank, as in a query that was not encoded), or seconds
/// since 1970 as digits, perhaps with a fraction; none: it is no time.
std::optional<base::WallTime> parse_time(std::string_view text);

}  // namespace earshot::proto
