#pragma once

#include "earshot/detect/tracker_definition.hpp"

#include <string_view>

namespace earshot::detect {

/// Whether a tracker is heard in conversations of `language`: it names none, or this one, in any case of letters.
bool is_for_language(const TrackerDefinition& tracker, std::string_view language) noexcept;

}  // namespace earshot::detect
