#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace earshot::text {

/// Offset of the first byte of `bytes` that begins no well-formed UTF-8 sequence; none if all are well-formed.
std::optional<std::size_t> find_invalid_utf8(std::string_view bytes) noexcept;

/// Length of well-formed UTF-8 `text` in UTF-16 code units.
std::uint32_t utf16_length(std::string_view text) noexcept;

/// `text` without white space (Unicode White_Space) at its ends. A view into `text`.
std::string_view trim(std::string_view text) noexcept;

/// How many words, cut at white space alone, begin before `byte` in `text`.
std::uint32_t count_blank_separated(std::string_view text, std::size_t byte) noexcept;

}  // namespace earshot::text
