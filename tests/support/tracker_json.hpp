#pragma once

#include "earshot/detect/tracker_definition.hpp"
#include "earshot/proto/client_messages.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace earshot::support {

/// The id of a tracker in random changes that holds no word.
inline constexpr std::string_view k_does_not_compile = "does not compile";

// What clients write.
std::string to_json(std::string_view text);
std::string to_json(double number);
std::string to_json(const std::vector<std::string>& texts);
std::string to_json(const detect::TierSet& tiers);
std::string to_json(const std::vector<detect::TrackerDefinition>& trackers);
std::string to_json(const proto::TranscriptChunk& chunk);

}  // namespace earshot::support
