#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace earshot::text {

/// `text` with each `%XX` as the byte that it stands for; none where a per cent sign is not followed by two hex digits.
/// The bytes that come out may be any.
std::optional<std::string> decode_percent(std::string_view text);

/// The same of what HTML forms and queries write, where `+` is a blank.
std::optional<std::string> decode_form(std::string_view text);

}  // namespace earshot::text
