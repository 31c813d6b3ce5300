#pragma once

#include <string_view>

namespace earshot::net {

/// Schemas of the asynchronous API by name: the members of a JSON object, without its braces.
std::string_view processing_schemas() noexcept;

}  // namespace earshot::net
