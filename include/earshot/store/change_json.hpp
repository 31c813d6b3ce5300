#pragma once

#include "earshot/base/error.hpp"
#include "earshot/detect/conversation_record.hpp"

#include <string>
#include <string_view>

namespace earshot::store {

/// A change as JSON, numbers to the last bit. Texts must be UTF-8. Any thread.
std::string write_change(const detect::ConversationChange& change);

/// Reads what write_change wrote. Any thread. Errors: Errc::io_failed (it is no change that this program can read).
base::Result<detect::ConversationChange> read_change(std::string_view json);

}  // namespace earshot::store
