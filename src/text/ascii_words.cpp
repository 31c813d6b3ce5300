#include "ascii_words.hpp"

#include "ascii_fold.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace earshot::text {
namespace {

// What a byte is. A joiner's bit stands k_joiner_shift above the bit of what it joins on both of its sides.
constexpr std::uint8_t k_letter = 1;
constexpr std::uint8_t k_digit = 2;
constexpr std::uint8_t k_symbol = 4;
constexpr std::uint8_t k_joins_letters = 8;
constexpr std::uint8_t k_joins_digits = 16;
constexpr unsigned k_joiner_shift = 3;
static_assert(k_joins_letters >> k_joiner_shift == k_letter && k_joins_digits >> k_joiner_shift == k_digit);

constexpr std::uint8_t k_in_word = k_letter | k_digit;
constexpr std::uint8_t k_begins_word = k_in_word | k_symbol;

constexpr std::array<std::uint8_t, 256> make_byte_classes() {
    std::array<std::uint8_t, 256> classes{};
    for (unsigned char c = 'a'; c <= 'z'; ++c) classes[c] = classes[c - 'a' + 'A'] = k_letter;
    for (unsigned char c = '0'; c <= '9'; ++c) classes[c] = k_digit;
    for (const unsigned char c : {'$', '+', '<', '=', '>', '^', '`', '|', '~'}) classes[c] = k_symbol;
    for (const unsigned char c : {'.', '\''}) classes[c] = k_joins_letters | k_joins_digits;
    for (const unsigned char c : {',', ';'}) classes[c] = k_joins_digits;
    return classes;
}

constexpr std::array<std::uint8_t, 256> k_byte_classes = make_byte_classes();

std::uint8_t class_of(char byte) noexcept {
    return k_byte_classes[static_cast<unsigned char>(byte)];
}

/// End of the word that begins with the letter or digit at `offset`.
std::size_t word_end(std::string_view text, std::size_t offset) noexcept {
    for (++offset;; offset += 2) {
        while (offset < text.size() && (class_of(text[offset]) & k_in_word) != 0) ++offset;
        if (offset + 1 >= text.size()) return offset;
        const unsigned joins = static_cast<unsigned>(class_of(text[offset])) >> k_joiner_shift;
        if ((joins & class_of(text[offset - 1]) & class_of(text[offset + 1])) == 0) return offset;
    }
}

}  // namespace

void append_ascii_words(std::string_view text, TextPosition at, WordList& out) {
    const std::size_t normal_begin = out.normal.size();
    out.normal.resize(normal_begin + text.size() + k_fold_slack);  // a normal form is as long as its word
    std::size_t normal_end = normal_begin;
    std::size_t offset = 0;
    while (true) {
        while (offset < text.size() && (class_of(text[offset]) & k_begins_word) == 0) ++offset;
        if (offset == text.size()) break;
        const std::size_t begin = offset;
        offset = class_of(text[begin]) == k_symbol ? begin + 1 : word_end(text, begin);
        const std::size_t size = offset - begin;
        const std::uint64_t hash =
            fold_ascii(text.data() + begin, size, text.size() - begin, out.normal.data() + normal_end);
        out.words.push_back({.byte_begin = at.byte + static_cast<std::uint32_t>(begin),
                             .byte_end = at.byte + static_cast<std::uint32_t>(offset),
                             .utf16_begin = at.utf16 + static_cast<std::uint32_t>(begin),
                             .utf16_end = at.utf16 + static_cast<std::uint32_t>(offset),
                             .normal_begin = static_cast<std::uint32_t>(normal_end),
                             .normal_size = static_cast<std::uint32_t>(size),
                             .hash = hash});
        normal_end += size;
    }
    out.normal.resize(normal_end);
}

}  // namespace earshot::text
