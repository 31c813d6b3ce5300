#pragma once

#include "earshot/detect/tracker_definition.hpp"

#include <string>

namespace earshot::session {

/// The id of an ad-hoc tracker: 16 decimal digits made from its definition, so that equal definitions have the same id
/// in every conversation and their compiled lists can be shared.
std::string ad_hoc_id(const detect::TrackerDefinition& tracker);

}  // namespace earshot::session
