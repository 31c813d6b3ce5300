#include "earshot/proto/conversation_codec.hpp"
#include "earshot/proto/json_writer.hpp"
#include "earshot/proto/server_codec.hpp"

#include "conversation/groups.hpp"
#include "conversation/shown_members.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace earshot::proto {
namespace {

struct MemberHits {
    std::string_view key;  ///< id of the member
    std::uint64_t hits = 0;
};

struct HeardTracker {
    std::string_view key;  ///< id
    std::string_view name;
    std::uint64_t hits = 0;
    std::unordered_set<std::string_view> messages;
    std::optional<detect::WallSpan> time;  ///< from the begin of the first to the end of the last
    Groups<MemberHits> members;
};

Groups<HeardTracker> gather(std::span<const detect::KeptHit> hits) {
    Groups<HeardTracker> trackers;
    for (const auto& [hit, texts] : hits) {
        if (hit.parts.empty()) continue;
        HeardTracker& tracker = trackers[hit.tracker];
        tracker.name = hit.tracker_name;
        ++tracker.hits;
        ++tracker.members[hit.member].hits;
        for (const detect::HitPartRecord& part : hit.parts) {
            tracker.messages.insert(part.message);
            if (!part.time) continue;
            if (!tracker.time) tracker.time = part.time;
            tracker.time->start = std::min(tracker.time->start, part.time->start);
            tracker.time->end = std::max(tracker.time->end, part.time->end);
        }
    }
    return trackers;
}

/// What shares of time refer to: the conversation's length. Where people spoke at once, or its times tell less than was
/// said in it, it is all that was said.
struct TalkTime {
    double talked = 0;
    double all = 0;

    TalkTime(const detect::ConversationRecord& conversation, std::span<const detect::MemberFigures> figures) {
        for (const detect::MemberFigures& member : figures) talked += member.talk_seconds;
        all = std::max(talked, base::to_seconds(conversation.ended - conversation.started));
    }
    double percent(double seconds) const { return all > 0 ? rounded(100 * seconds / all) : 0.0; }
};

void write_metric(JsonWriter& json, std::string_view type, double seconds, const TalkTime& time) {
    json.begin_object().member("type", type).member("percent", time.percent(seconds));
    json.member("seconds", rounded(seconds)).end_object();
}

void write_figures(JsonWriter& json, const detect::MemberRecord& member, const detect::MemberFigures& figures,
                   const TalkTime& time) {
    json.begin_object().member("id", member.id).member("name", member.name).member("userId", member.user_id);
    json.key("talkTime").begin_object().member("percentage", time.percent(figures.talk_seconds));
    json.member("seconds", rounded(figures.talk_seconds)).end_object();
    json.member("words", figures.words).member("messages", figures.messages).end_object();
}

/// Everybody who takes part; those who said nothing too.
void write_members(JsonWriter& json, const detect::ConversationRecord& conversation,
                   std::span<const detect::MemberFigures> figures, const TalkTime& time) {
    std::unordered_map<std::string_view, const detect::MemberFigures*> by_member;
    for (const detect::MemberFigures& member : figures) by_member.emplace(member.member, &member);
    json.key("members").begin_array();
    for (const detect::MemberRecord& member : conversation.members) {
        const auto found = by_member.find(member.id);
        write_figures(json, member, found == by_member.end() ? detect::MemberFigures{} : *found->second, time);
    }
    const ShownMembers known(conversation.members);
    for (const detect::MemberFigures& member : figures) {
        if (known.find(member.member)) continue;
        write_figures(json, detect::MemberRecord{member.member, {}, {}, {}}, member, time);
    }
    json.end_array();
}

void write_tracker(JsonWriter& json, const HeardTracker& tracker, std::uint64_t messages) {
    const std::uint64_t heard = tracker.messages.size();
    const double share = messages > 0 ? static_cast<double>(heard) / static_cast<double>(messages) : 0.0;
    json.begin_object().member("id", tracker.key).member("name", tracker.name).member("hits", tracker.hits);
    json.member("messages", heard).member("share", rounded(share));
    if (tracker.time) {
        json.member("firstTime", to_iso8601(tracker.time->start)).member("lastTime", to_iso8601(tracker.time->end));
    }
    json.key("members").begin_array();
    for (const MemberHits& member : tracker.members) {
        json.begin_object().member("id", member.key).member("hits", member.hits).end_object();
    }
    json.end_array().end_object();
}

}  // namespace

std::string analytics_answer(const detect::ConversationRecord& conversation,
                             std::span<const detect::MemberFigures> figures, std::span<const detect::KeptHit> hits) {
    const TalkTime time(conversation, figures);
    std::uint64_t messages = 0;
    for (const detect::MemberFigures& member : figures) messages += member.messages;

    std::string out;
    JsonWriter json(out);
    json.begin_object().key("metrics").begin_array();
    write_metric(json, "total_silence", time.all - time.talked, time);
    write_metric(json, "total_talk_time", time.talked, time);
    json.end_array();
    write_members(json, conversation, figures, time);
    json.key("trackers").begin_array();
    for (const HeardTracker& tracker : gather(hits)) write_tracker(json, tracker, messages);
    json.end_array().end_object();
    return out;
}

}  // namespace earshot::proto
