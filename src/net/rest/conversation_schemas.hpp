#pragma once

#include <string_view>

namespace earshot::net {

/// Schemas of the conversation API by name: the members of a JSON object, without its braces.
std::string_view conversation_schemas() noexcept;

}  // namespace earshot::net
