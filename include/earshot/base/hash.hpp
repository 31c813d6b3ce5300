#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace earshot::base {

/// A 64-bit mix of two words (one 128-bit multiplication): every input bit moves about half of the output bits.
inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a ^ 0x9E3779B97F4A7C15ULL) * (b ^ 0xD1B54A32D192ED03ULL);
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// Hash of short byte strings, eight bytes a step. Not for untrusted table sizes without a comparison of the bytes:
/// callers always compare, so a collision costs time and never an answer. The same on every run and machine of one
/// endianness.
inline std::uint64_t hash_bytes(std::string_view bytes) noexcept {
    std::uint64_t hash = bytes.size();
    const char* data = bytes.data();
    std::size_t left = bytes.size();
    while (left >= 8) {
        std::uint64_t block;
        std::memcpy(&block, data, 8);
        hash = mix(hash, block);
        data += 8;
        left -= 8;
    }
    if (left > 0) {
        std::uint64_t block = 0;
        std::memcpy(&block, data, left);
        hash = mix(hash, block);
    }
    return hash;
}

}  // namespace earshot::base
