#pragma once

#include "earshot/base/hash.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace earshot::text {

inline constexpr std::uint64_t k_every_byte = 0x0101010101010101ULL;

/// Bytes that a destination of `fold_ascii` must hold beyond the folded ones: it is written eight bytes a step.
inline constexpr std::size_t k_fold_slack = 8;

/// Offset of the first byte at or after `from` that is not ASCII; the size of `text` if there is none.
inline std::size_t find_non_ascii(std::string_view text, std::size_t from) noexcept {
    for (; from + 8 <= text.size(); from += 8) {
        std::uint64_t block;
        std::memcpy(&block, text.data() + from, 8);
        if ((block & (k_every_byte * 0x80)) != 0) break;
    }
    while (from < text.size() && static_cast<unsigned char>(text[from]) < 0x80) ++from;
    return from;
}

/// Eight ASCII bytes with A-Z made a-z. Bytes above 0x7F must not occur: they would carry into their neighbours.
constexpr std::uint64_t lower_ascii_block(std::uint64_t block) noexcept {
    const std::uint64_t from_a = block + k_every_byte * (0x80 - 'A');
    const std::uint64_t beyond_z = block + k_every_byte * (0x80 - 'Z' - 1);
    const std::uint64_t is_upper = from_a & ~beyond_z & (k_every_byte * 0x80);
    return block | (is_upper >> 2);
}

/// The first `count` (1 to 7) bytes of a block in memory order, the rest zero.
constexpr std::uint64_t first_bytes(std::uint64_t block, std::size_t count) noexcept {
    const auto unused = static_cast<unsigned>(8 * (8 - count));
    if constexpr (std::endian::native == std::endian::little) return block & (~std::uint64_t{0} >> unused);
    return block & (~std::uint64_t{0} << unused);
}

/// Writes the `size` ASCII bytes at `from` in lower case to `to` (with k_fold_slack bytes behind it) and returns
/// base::hash_bytes of what was written. `readable`: how many bytes from `from` on may be read, at least `size`.
inline std::uint64_t fold_ascii(const char* from, std::size_t size, std::size_t readable, char* to) noexcept {
    std::uint64_t hash = size;
    std::size_t done = 0;
    std::uint64_t block = 0;
    for (; done + 8 <= size; done += 8) {
        std::memcpy(&block, from + done, 8);
        block = lower_ascii_block(block);
        std::memcpy(to + done, &block, 8);
        hash = base::mix(hash, block);
    }
    const std::size_t left = size - done;
    if (left == 0) return hash;
    if (done + 8 <= readable) {
        std::memcpy(&block, from + done, 8);
        block = first_bytes(block, left);
    } else {
        block = 0;
        std::memcpy(&block, from + done, left);
    }
    block = lower_ascii_block(block);
    std::memcpy(to + done, &block, 8);
    return base::mix(hash, block);
}

}  // namespace earshot::text
