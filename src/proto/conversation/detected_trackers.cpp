#include "earshot/proto/conversation_codec.hpp"
#include "earshot/proto/json_writer.hpp"

#include "conversation/groups.hpp"
#include "conversation/shown_members.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace earshot::proto {
namespace {

struct Match {
    std::string_view key;  ///< the phrase or expression
    std::vector<const detect::KeptHit*> hits;
};

struct Tracker {
    std::string_view key;  ///< id
    std::string_view name;
    Groups<Match> matches;
};

void write_refs(JsonWriter& json, const detect::KeptHit& shown, const ShownSpeaker& speaker, base::WallTime begin) {
    const detect::HitRecord& hit = shown.hit;
    for (std::size_t i = 0; i < hit.parts.size(); ++i) {
        const detect::HitPartRecord& part = hit.parts[i];
        MessageRef ref{part.message, {}, part.begin, part.end, hit.id, hit.tier, hit.score, speaker, {}};
        if (i < shown.texts.size()) ref.text = shown.texts[i];
        if (part.time) ref.time = shown_time(*part.time, begin);
        json.begin_object();
        write_ref_members(json, ref);
        json.end_object();
    }
}

void write_match(JsonWriter& json, const Match& match, const ShownMembers& members, base::WallTime begin) {
    json.begin_object().member("type", "vocabulary").member("value", match.key).key("messageRefs").begin_array();
    for (const detect::KeptHit* const shown : match.hits) {
        ShownSpeaker speaker{shown->hit.member, {}, {}, {}};
        if (const detect::MemberRecord* const member = members.find(shown->hit.member)) {
            speaker = {member->id, member->name, member->user_id, member->role};
        }
        write_refs(json, *shown, speaker, begin);
    }
    json.end_array().key("insightRefs").begin_array().end_array().end_object();
}

}  // namespace

std::string detected_trackers_answer(const detect::ConversationRecord& conversation,
                                     std::span<const detect::KeptHit> hits) {
    Groups<Tracker> trackers;
    for (const detect::KeptHit& shown : hits) {
        if (shown.hit.parts.empty()) continue;  // a match without a place would tell nothing
        Tracker& tracker = trackers[shown.hit.tracker];
        tracker.name = shown.hit.tracker_name;
        tracker.matches[shown.hit.value].hits.push_back(&shown);
    }

    const ShownMembers members(conversation.members);
    std::string out;
    JsonWriter json(out);
    json.begin_array();
    for (const Tracker& tracker : trackers) {
        json.begin_object().member("id", tracker.key).member("name", tracker.name).key("matches").begin_array();
        for (const Match& match : tracker.matches) write_match(json, match, members, conversation.started);
        json.end_array().end_object();
    }
    json.end_array();
    return out;
}

}  // namespace earshot::proto
