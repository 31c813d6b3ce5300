#pragma once

#include "earshot/proto/client_codec.hpp"

#include "management/body_reader.hpp"

namespace earshot::proto {

/// Reads an array of trackers in place of `given`, as a start message has them, and like there up to the first mistake.
/// Besides, no text of theirs may hold U+0000, which not every database takes.
void read_given_trackers(const BodyValue& value, const MessageLimits& limits, GivenTrackers& given);

}  // namespace earshot::proto
