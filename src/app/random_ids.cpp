#include "earshot/app/random_ids.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>

namespace earshot::app {
namespace {

/// The whole state is seeded: from one word, two servers out of some ten thousand would begin alike.
std::mt19937_64 make_generator() {
    std::random_device system;
    std::array<std::uint32_t, 2 * std::mt19937_64::state_size> words;
    std::generate(words.begin(), words.end(), std::ref(system));
    std::seed_seq seed(words.begin(), words.end());
    return std::mt19937_64(seed);
}

void append_hex(std::string& out, std::uint64_t bits, int digits) {
    constexpr std::string_view k_hex = "0123456789abcdef";
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out.push_back(k_hex[(bits >> shift) & 15]);
}

}  // namespace

RandomIdSource::RandomIdSource() : generator_(make_generator()) {}

std::string RandomIdSource::make_uuid() {
    const std::uint64_t high = (generator_() & ~0xF000ULL) | 0x4000;                           // version 4
    const std::uint64_t low = (generator_() & 0x3FFF'FFFF'FFFF'FFFF) | 0x8000'0000'0000'0000;  // variant 10
    std::string uuid;
    uuid.reserve(36);
    append_hex(uuid, high >> 32, 8);
    uuid.push_back('-');
    append_hex(uuid, high >> 16, 4);
    uuid.push_back('-');
    append_hex(uuid, high, 4);
    uuid.push_back('-');
    append_hex(uuid, low >> 48, 4);
    uuid.push_back('-');
    append_hex(uuid, low, 12);
    return uuid;
}

std::string RandomIdSource::make_digits() {
    std::uniform_int_distribution<std::uint64_t> sixteen_digits(1'000'000'000'000'000, 9'999'999'999'999'999);
    return std::to_string(sixteen_digits(generator_));
}

}  // namespace earshot::app
