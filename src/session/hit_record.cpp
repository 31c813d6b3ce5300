#include "hit_record.hpp"

#include <cmath>

namespace earshot::session {

std::optional<detect::WallSpan> on_the_wall(const proto::TimeAxis& axis, const detect::TimeSpan& time) {
    if (std::isnan(time.start) || std::isnan(time.end)) return std::nullopt;
    return detect::WallSpan{proto::wall_time(axis, time.start), proto::wall_time(axis, time.end)};
}

detect::HitRecord hit_record(const detect::Hit& hit, const std::string& member, const proto::TimeAxis& axis) {
    const detect::TrackerDefinition& tracker = hit.list->tracker(hit.tracker);
    detect::HitRecord record{hit.id, tracker.id, tracker.name, hit.value(), hit.tier, hit.score, member, {}};
    for (const detect::HitPart& part : hit.parts) {
        record.parts.push_back({part.message_id, part.begin, part.end, on_the_wall(axis, part.time)});
    }
    return record;
}

}  // namespace earshot::session
