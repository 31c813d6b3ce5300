#pragma once

#include "earshot/proto/process_codec.hpp"

#include "management/body_reader.hpp"

#include <vector>

namespace earshot::proto {

/// Reads `messages` in place of what `messages` holds; those with findings are there in part.
void read_messages(const BodyValue& value, const ProcessRules& rules, std::vector<SaidMessage>& messages);

}  // namespace earshot::proto
