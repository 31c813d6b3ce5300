#include "earshot/text/utf8.hpp"

#include "ascii_fold.hpp"
#include "white_space.hpp"

namespace earshot::text {
namespace {

bool is_continuation(char byte) noexcept {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// Size of the well-formed sequence (Unicode, table 3-7) that `bytes` starts with, or 0. `bytes` is not empty.
std::size_t sequence_size(std::string_view bytes) noexcept {
    const auto lead = static_cast<unsigned char>(bytes[0]);
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (bytes.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i) {
        if (!is_continuation(bytes[i])) return 0;
    }
    const auto second = static_cast<unsigned char>(bytes[1]);
    const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool no_scalar = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
    return overlong || no_scalar ? 0 : size;
}

}  // namespace

std::optional<std::size_t> find_invalid_utf8(std::string_view bytes) noexcept {
    std::size_t offset = find_non_ascii(bytes, 0);
    while (offset < bytes.size()) {
        const std::size_t size = sequence_size(bytes.substr(offset));
        if (size == 0) return offset;
        offset += size;
        if (size == 1) offset = find_non_ascii(bytes, offset);
    }
    return std::nullopt;
}

std::uint32_t utf16_length(std::string_view text) noexcept {
    std::uint32_t units = 0;
    for (const char byte : text) {
        units += is_continuation(byte) ? 0U : 1U;
        units += static_cast<unsigned char>(byte) >= 0xF0 ? 1U : 0U;  // a supplementary code point is two units
    }
    return units;
}

std::string_view trim(std::string_view text) noexcept {
    while (const std::size_t size = leading_white_space(text)) text.remove_prefix(size);
    while (const std::size_t size = trailing_white_space(text)) text.remove_suffix(size);
    return text;
}

std::uint32_t count_blank_separated(std::string_view text, std::size_t byte) noexcept {
    text = text.substr(0, byte);
    std::uint32_t count = 0;
    bool inside = false;
    while (!text.empty()) {
        const std::size_t blank = leading_white_space(text);
        if (blank == 0 && !inside) ++count;
        inside = blank == 0;
        text.remove_prefix(blank > 0 ? blank : 1);
    }
    return count;
}

}  // namespace earshot::text
