#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace earshot::match {

/// A word's number in a Vocabulary, counted from 0 in the order of insertion.
using WordId = std::uint32_t;
inline constexpr WordId k_no_word = 0xFFFF'FFFF;

/// A compact map from words to numbers: open addressing over flat arrays, bytes compared on every look-up.
/// Built once, then read by any number of threads.
class Vocabulary {
public:
    Vocabulary();

    /// The number of `word`, given one if it is new. `hash` is base::hash_bytes(word).
    WordId insert(std::string_view word, std::uint64_t hash);

    /// Gives back spare memory. Call once, after the last insert.
    void shrink();

    /// The number of `word`, or k_no_word.
    WordId find(std::string_view word, std::uint64_t hash) const noexcept;

    std::string_view word(WordId id) const noexcept;
    std::size_t size() const noexcept;
    std::size_t memory_bytes() const noexcept;
};

}  // namespace earshot::match
