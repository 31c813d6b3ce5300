#include "earshot/proto/server_codec.hpp"

#include "earshot/proto/json_writer.hpp"

#include "message_ref.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <tuple>

namespace earshot::proto {
namespace {

using detect::HitChange;
using detect::HitPart;
using detect::TimeSpan;

// A message or hit with its envelope is a little shorter, unless its text is long.
constexpr std::size_t k_message_bytes = 1024;

/// {"type":"message","message":{"type":T, … },"timeOffset":ms}; `fill` writes the members between.
template <typename Fill>
std::string platform(std::string_view type, std::int64_t offset_ms, Fill&& fill) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().member("type", "message").key("message").begin_object().member("type", type);
    fill(json);
    json.end_object().member("timeOffset", offset_ms).end_object();
    return out;
}

void write_not_evaluated(JsonWriter& json, std::span<const NotEvaluated> entries) {
    json.key("notEvaluated").begin_array();
    for (const NotEvaluated& entry : entries) {
        json.begin_object().member("tier", entry.tier).member("reason", entry.reason).member("windows", entry.windows);
        json.end_object();
    }
    json.end_array();
}

void write_ignored(JsonWriter& json, std::span<const IgnoredTracker> ignored) {
    json.key("ignored").begin_array();
    for (const IgnoredTracker& tracker : ignored) {
        json.begin_object().member("id", tracker.id).member("reason", tracker.reason).end_object();
    }
    json.end_array();
}

void write_tiers(JsonWriter& json, const TierStates& tiers) {
    json.key("tiers").begin_object();
    for (const auto& [tier, status] : tiers) json.member(detect::tier_name(tier), status_name(status));
    json.end_object();
}

ShownSpeaker shown(const Member& member) {
    return {member.id, member.speaker.name, member.speaker.user_id, member.speaker.role};
}

/// None where a recogniser told no times.
std::optional<ShownTime> shown(const TimeSpan& time, const TimeAxis& axis) {
    if (std::isnan(time.start) || std::isnan(time.end)) return std::nullopt;
    return ShownTime{wall_time(axis, time.start), wall_time(axis, time.end), time.start, time.end - time.start};
}

void write_explanation(JsonWriter& json, const detect::Explanation& explanation) {
    json.key("explanation").begin_object().member("nearest", explanation.nearest).key("parts").begin_object();
    for (const auto& [name, value] : explanation.parts) json.member(name, rounded(value));
    json.end_object().key("runnerUp");
    if (explanation.runner_up.empty()) {
        json.null();
    } else {
        json.begin_object().member("name", explanation.runner_up);
        json.member("score", rounded(explanation.runner_up_score)).end_object();
    }
    json.member("window", explanation.window).end_object();
}

void write_message_ref(JsonWriter& json, const HitChange& change, const HitPart& part, const Member& speaker,
                       const TimeAxis& axis, RefMembers members) {
    const detect::Hit& hit = change.hit;
    json.begin_object();
    write_ref_members(json, {part.message_id, part.text, part.begin, part.end, hit.id, hit.tier, hit.score,
                             shown(speaker), shown(part.time, axis)});
    if (members.state) json.member("state", detect::state_name(change.state));
    if (members.explanation && hit.explanation) write_explanation(json, *hit.explanation);
    json.end_object();
}

auto tracker_key(const detect::Hit& hit) {
    return std::tuple(hit.list.get(), hit.tracker);
}
auto match_key(const detect::Hit& hit) {
    return std::tuple(tracker_key(hit), hit.tier == detect::Tier::pattern, hit.phrase);
}

// The changes so that those of a tracker, and in it those of a phrase, stand together, each group where its first one
// stood.
std::vector<const HitChange*> grouped(std::span<const HitChange> changes) {
    std::vector<std::tuple<std::size_t, std::size_t, const HitChange*>> order;
    for (const HitChange& change : changes) {
        const auto first = [&](auto&& key) {
            return static_cast<std::size_t>(
                std::find_if(changes.begin(), changes.end(),
                             [&](const HitChange& other) { return key(other.hit) == key(change.hit); }) -
                changes.begin());
        };
        order.emplace_back(first([](const detect::Hit& hit) { return tracker_key(hit); }),
                           first([](const detect::Hit& hit) { return match_key(hit); }), &change);
    }
    std::sort(order.begin(), order.end());
    std::vector<const HitChange*> result;
    for (const auto& entry : order) result.push_back(std::get<2>(entry));
    return result;
}

void write_trackers(JsonWriter& json, std::span<const HitChange> changes, const Member& speaker, const TimeAxis& axis,
                    RefMembers members) {
    const auto order = grouped(changes);
    for (std::size_t i = 0; i < order.size();) {
        const detect::Hit& first = order[i]->hit;
        const detect::TrackerDefinition& tracker = first.list->tracker(first.tracker);
        json.begin_object().member("id", tracker.id).member("name", tracker.name).key("matches").begin_array();
        while (i < order.size() && tracker_key(order[i]->hit) == tracker_key(first)) {
            const detect::Hit& match = order[i]->hit;
            json.begin_object().member("type", "vocabulary").member("value", match.value());
            json.key("messageRefs").begin_array();
            for (; i < order.size() && match_key(order[i]->hit) == match_key(match); ++i) {
                for (const HitPart& part : order[i]->hit.parts) {
                    write_message_ref(json, *order[i], part, speaker, axis, members);
                }
            }
            json.end_array().key("insightRefs").begin_array().end_array().end_object();
        }
        json.end_array().end_object();
    }
}

void write_error(JsonWriter& json, const base::Error& error, std::string_view request_id) {
    json.member("code", base::code_word(error.code)).member("message", error.message);
    json.member("details", error.details.empty() ? error.message : error.details).member("path", error.path);
    if (!request_id.empty()) json.member("requestId", request_id);
    json.key("payload").begin_object().member("message", error.message).end_object();
}

// Google's duration, as the clients read it: strings for both parts.
void write_split_seconds(JsonWriter& json, std::string_view name, double seconds) {
    const double known = std::isfinite(seconds) ? std::max(seconds, 0.0) : 0.0;
    const std::int64_t nanos = std::llround(known * 1000) * 1'000'000;
    json.key(name).begin_object().member("seconds", std::to_string(nanos / 1'000'000'000));
    json.member("nanos", std::to_string(nanos % 1'000'000'000)).end_object();
}

std::string timed_words_as_text(std::span<const detect::TimedWord> words, const TimeAxis& axis) {
    std::string out;
    JsonWriter json(out);
    json.begin_array();
    for (const detect::TimedWord& word : words) {
        json.begin_object().member("word", word.word);
        if (!std::isnan(word.start)) json.member("startTime", to_iso8601(axis, word.start));
        if (!std::isnan(word.end)) json.member("endTime", to_iso8601(axis, word.end));
        json.end_object();
    }
    json.end_array();
    return out;
}

}  // namespace

base::WallTime wall_time(const TimeAxis& axis, double seconds) {
    return axis.origin + std::chrono::round<std::chrono::milliseconds>(base::from_seconds(seconds));
}

std::string to_iso8601(const TimeAxis& axis, double seconds) {
    return to_iso8601(wall_time(axis, seconds));
}

std::string_view status_name(TierStatus status) noexcept {
    switch (status) {
        case TierStatus::ready:
            return "ready";
        case TierStatus::preparing:
            return "preparing";
        case TierStatus::absent:
            return "absent";
    }
    return "";
}

std::string started_listening(std::int64_t offset_ms) {
    return platform("started_listening", offset_ms, [](JsonWriter&) {});
}

std::string subscription_started(std::string_view conversation_id, std::int64_t offset_ms) {
    return platform("subscription_started", offset_ms, [&](JsonWriter& json) {
        json.key("data").begin_object().member("conversationId", conversation_id).end_object();
    });
}

std::string conversation_created(std::string_view conversation_id, detect::Keeping keeping, std::int64_t offset_ms) {
    return platform("conversation_created", offset_ms, [&](JsonWriter& json) {
        json.key("data").begin_object().member("conversationId", conversation_id);
        json.member("store", detect::keeping_name(keeping)).end_object();
    });
}

std::string recognition_started(const StartReport& report, std::int64_t offset_ms) {
    return platform("recognition_started", offset_ms, [&](JsonWriter& json) {
        json.key("data").begin_object().member("conversationId", report.conversation_id);
        json.key("trackers").begin_object().member("version", report.version).key("active").begin_array();
        for (const NamedTracker& tracker : report.active) {
            json.begin_object().member("id", tracker.id).member("name", tracker.name).end_object();
        }
        json.end_array();
        write_ignored(json, report.ignored);
        write_tiers(json, report.tiers);
        json.end_object().key("lastSeq");
        if (report.last_seq) {
            json.value(*report.last_seq);
        } else {
            json.null();
        }
        json.end_object();
    });
}

std::string recognition_stopped(std::int64_t offset_ms) {
    return platform("recognition_stopped", offset_ms, [](JsonWriter&) {});
}

std::string conversation_completed(std::string_view conversation_id, std::span<const NotEvaluated> not_evaluated,
                                   std::int64_t offset_ms) {
    // Clients read the id in one of two places, so it stands in both.
    return platform("conversation_completed", offset_ms, [&](JsonWriter& json) {
        json.member("conversationId", conversation_id);
        write_not_evaluated(json, not_evaluated);
        json.key("data").begin_object().member("conversationId", conversation_id);
        write_not_evaluated(json, not_evaluated);
        json.end_object();
    });
}

std::string session_modified(const ModifyRequest& request, std::uint64_t version, const TierStates& tiers,
                             std::span<const IgnoredTracker> ignored, std::int64_t offset_ms) {
    return platform("session_modified", offset_ms, [&](JsonWriter& json) {
        json.member("cause", "request");
        if (!request.request_id.empty()) json.member("requestId", request.request_id);
        if (request.sample_rate_hertz) json.member("sampleRateHertz", *request.sample_rate_hertz);
        if (!request.encoding.empty()) json.member("encoding", request.encoding);
        json.key("trackers").begin_object().member("version", version);
        if (!ignored.empty()) write_ignored(json, ignored);
        write_tiers(json, tiers);
        json.end_object();
    });
}

std::string stored_followed(std::uint64_t version, const TierStates& tiers, std::int64_t offset_ms) {
    return platform("session_modified", offset_ms, [&](JsonWriter& json) {
        json.member("cause", "follow");
        json.key("trackers").begin_object().member("version", version);
        write_tiers(json, tiers);
        json.end_object();
    });
}

std::string tier_ready(detect::Tier tier, std::uint64_t version, std::int64_t offset_ms) {
    return platform("session_modified", offset_ms, [&](JsonWriter& json) {
        json.member("cause", "tierReady").member("tier", detect::tier_name(tier));
        json.key("trackers").begin_object().member("version", version).end_object();
    });
}

std::string error_message(const base::Error& error, std::string_view request_id, std::int64_t offset_ms) {
    return platform("error", offset_ms, [&](JsonWriter& json) { write_error(json, error, request_id); });
}

std::string resume_gap(std::uint64_t first_kept, std::string_view request_id, std::int64_t offset_ms) {
    const base::Error error{base::Errc::resume_gap, "\"resumeFrom\" is before what is kept", "/resumeFrom", {}};
    return platform("error", offset_ms, [&](JsonWriter& json) {
        write_error(json, error, request_id);
        json.member("firstKept", first_kept);
    });
}

std::string recognition_result(const TranscriptChunk& chunk, const Member& member, double start, double end,
                               std::int64_t offset_ms) {
    return platform("recognition_result", offset_ms, [&](JsonWriter& json) {
        json.member("isFinal", chunk.is_final).key("payload").begin_object().key("raw").begin_object();
        json.key("alternatives").begin_array().begin_object().member("transcript", chunk.text);
        json.key("words").begin_array();
        if (chunk.is_final && chunk.words.empty() && !chunk.text.empty()) {
            json.begin_object().member("word", chunk.text);
            write_split_seconds(json, "startTime", start);
            write_split_seconds(json, "endTime", end);
            json.end_object();
        }
        for (const detect::TimedWord& word : chunk.words) {
            if (!chunk.is_final) break;
            json.begin_object().member("word", word.word);
            write_split_seconds(json, "startTime", word.start);
            write_split_seconds(json, "endTime", word.end);
            json.end_object();
        }
        json.end_array().end_object().end_array().end_object().end_object();
        json.key("punctuated").begin_object().member("transcript", chunk.text).end_object().key("user");
        write_speaker(json, shown(member));
    });
}

std::string message_response(std::span<const detect::Message> messages, const Member& from, const TimeAxis& axis,
                             int timezone_offset_minutes, std::uint64_t sequence) {
    std::string out;
    out.reserve(messages.size() * k_message_bytes);
    JsonWriter json(out);
    json.begin_object().member("type", "message_response").key("messages").begin_array();
    for (const detect::Message& message : messages) {
        json.begin_object().member("id", message.id).key("from");
        write_speaker(json, shown(from));
        json.key("payload")
            .begin_object()
            .member("content", message.text)
            .member("contentType", "text/plain")
            .end_object();
        json.key("channel").begin_object().member("id", "realtime-api").end_object();
        json.key("metadata").begin_object().member("disablePunctuation", true);
        json.member("timezoneOffset", timezone_offset_minutes).member("originalContent", message.text);
        json.member("words", timed_words_as_text(message.words, axis))
            .member("originalMessageId", message.id)
            .end_object();
        json.member("dismissed", false).key("duration").begin_object();
        if (const auto time = shown(message.time, axis)) write_times(json, *time);
        json.end_object().end_object();
    }
    json.end_array().member("sequenceNumber", sequence).end_object();
    return out;
}

std::string tracker_response(std::span<const HitChange> changes, const Member& speaker, const TimeAxis& axis,
                             IsFinal is_final, RefMembers members, std::uint64_t sequence) {
    std::string out;
    out.reserve((changes.size() + 1) * k_message_bytes);
    JsonWriter json(out);
    json.begin_object().member("type", "tracker_response").member("isFinal", is_final == IsFinal::yes);
    json.key("trackers").begin_array();
    write_trackers(json, changes, speaker, axis, members);
    json.end_array().member("sequenceNumber", sequence).end_object();
    return out;
}

std::string open_hits_response(std::span<const OpenHits> speakers, std::uint64_t sequence) {
    std::string out;
    JsonWriter json(out);
    json.begin_object().member("type", "tracker_response").member("isFinal", false).member("allOpen", true);
    json.key("trackers").begin_array();
    for (const OpenHits& open : speakers)
        write_trackers(json, open.hits, open.speaker, open.axis, RefMembers{.state = true});
    json.end_array().member("sequenceNumber", sequence).end_object();
    return out;
}

std::string rest_error(std::string_view message) {
    std::string out;
    JsonWriter(out).begin_object().member("message", message).end_object();
    return out;
}

}  // namespace earshot::proto
