#pragma once

#include "earshot/encoder/sequencer.hpp"

#include <cstdint>
#include <string>

namespace earshot::encoder {

inline constexpr std::int32_t k_pad = 0;
inline constexpr std::int32_t k_cls = 2;
inline constexpr std::int32_t k_sep = 3;
inline constexpr std::string_view k_letters = "abcdefghijklmnopqrstuvwxyz.:?";

/// The token of a letter in `small_vocabulary`.
inline std::int32_t token(char letter) {
    return static_cast<std::int32_t>(4 + k_letters.find(letter));
}

/// Each letter alone, so that "a b" is two tokens, and "ab" is unknown.
inline std::string small_vocabulary() {
    std::string lines = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n";
    for (const char letter : k_letters) lines += std::string(1, letter) + '\n';
    return lines;
}

inline Sequencer small_sequencer(std::string_view prefix, std::size_t max_tokens) {
    return {semantic::WordPieces::parse(small_vocabulary()).value(), prefix, max_tokens};
}

}  // namespace earshot::encoder
