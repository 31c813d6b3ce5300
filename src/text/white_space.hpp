#pragma once

#include <cstddef>
#include <string_view>

namespace earshot::text {

/// Whether `byte` is an ASCII character with the property White_Space.
constexpr bool is_ascii_white_space(char byte) noexcept {
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

namespace detail {

/// Whether the two or three bytes at the start of `bytes` encode a code point of White_Space above U+007F; its size or
/// 0. White_Space is stable in Unicode; a test compares this list with ICU's property over all code points.
constexpr std::size_t wide_white_space_size(std::string_view bytes) noexcept {
    if (bytes.starts_with("\xC2\x85") || bytes.starts_with("\xC2\xA0")) return 2;  // NEL, no-break space
    if (bytes.size() < 3) return 0;
    if (bytes.starts_with("\xE1\x9A\x80") || bytes.starts_with("\xE3\x80\x80")) return 3;  // Ogham, ideographic space
    if (bytes.starts_with("\xE2\x81\x9F")) return 3;                                       // U+205F
    if (!bytes.starts_with("\xE2\x80")) return 0;
    const auto last = static_cast<unsigned char>(bytes[2]);
    const bool is_space = (last >= 0x80 && last <= 0x8A) || last == 0xA8 || last == 0xA9 || last == 0xAF;
    return is_space ? 3 : 0;
}

}  // namespace detail

/// Bytes of the white-space character (Unicode White_Space) that `text` starts with; 0 if it starts with another.
constexpr std::size_t leading_white_space(std::string_view text) noexcept {
    if (text.empty()) return 0;
    return is_ascii_white_space(text.front()) ? 1 : detail::wide_white_space_size(text);
}

/// Bytes of the white-space character that `text` ends with; 0 if it ends with another or within a sequence.
constexpr std::size_t trailing_white_space(std::string_view text) noexcept {
    if (text.empty()) return 0;
    if (is_ascii_white_space(text.back())) return 1;
    for (std::size_t size = 2; size <= 3 && size <= text.size(); ++size) {
        if (detail::wide_white_space_size(text.substr(text.size() - size)) == size) return size;
    }
    return 0;
}

}  // namespace earshot::text
