#pragma once

#include "earshot/detect/conversation_record.hpp"
#include "earshot/proto/server_codec.hpp"

#include <optional>
#include <string>

namespace earshot::session {

/// The wall's time of seconds on `axis`; none where nobody told when.
std::optional<detect::WallSpan> on_the_wall(const proto::TimeAxis& axis, const detect::TimeSpan& time);

/// A confirmed hit of `member` (its id) as it is kept.
detect::HitRecord hit_record(const detect::Hit& hit, const std::string& member, const proto::TimeAxis& axis);

}  // namespace earshot::session
