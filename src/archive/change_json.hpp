#pragma once

#include "earshot/base/error.hpp"
#include "earshot/detect/conversation_record.hpp"

#include <string>
#include <string_view>

namespace earshot::archive {

/// A change as JSON, to the last bit.
std::string write_change(const detect::ConversationChange& change);

/// Errors: invalid_json, invalid_value (it is no change that this program can read).
base::Result<detect::ConversationChange> read_change(std::string_view json);

}  // namespace earshot::archive
