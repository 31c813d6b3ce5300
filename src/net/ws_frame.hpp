#pragma once

#include <string>
#include <string_view>

namespace earshot::net {

/// Appends a whole, unmasked text message in one frame (RFC 6455, 5.2), as a server sends it.
void append_text_frame(std::string_view text, std::string& out);

}  // namespace earshot::net
