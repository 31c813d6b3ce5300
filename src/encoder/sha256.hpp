#pragma once

#include <string>
#include <string_view>

namespace earshot::encoder {

/// SHA-256 of bytes, as 64 hexadecimal digits. Throws std::runtime_error when OpenSSL has none.
std::string sha256(std::string_view bytes);

}  // namespace earshot::encoder
