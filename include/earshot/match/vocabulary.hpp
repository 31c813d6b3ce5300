#pragma once

#include "earshot/base/hash.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::match {

/// A word's number in a Vocabulary, counted from 0 in the order of insertion.
using WordId = std::uint32_t;
inline constexpr WordId k_no_word = 0xFFFF'FFFF;

namespace detail {

/// `a == b` for short strings, inline: a call of memcmp costs as much as the rest of a look-up.
inline bool equal_bytes(std::string_view a, std::string_view b) noexcept {
    const auto equal_blocks = [&]<typename Block>(std::size_t at, Block) {
        Block x;
        Block y;
        std::memcpy(&x, a.data() + at, sizeof(Block));
        std::memcpy(&y, b.data() + at, sizeof(Block));
        return x == y;
    };
    const std::size_t size = a.size();
    if (size != b.size()) return false;
    if (size > 16) return std::memcmp(a.data(), b.data(), size) == 0;
    // The last block overlaps the one before it.
    if (size >= 8) return equal_blocks(0, std::uint64_t{}) && equal_blocks(size - 8, std::uint64_t{});
    if (size >= 4) return equal_blocks(0, std::uint32_t{}) && equal_blocks(size - 4, std::uint32_t{});
    for (std::size_t i = 0; i < size; ++i) {
        if (a[i] != b[i]) return false;
    }
    return true;
}

/// Maps the upper half of `hash` to [0, count) evenly: tables need no power of two and so no spare half.
inline std::size_t scale(std::uint64_t hash, std::size_t count) noexcept {
    return static_cast<std::size_t>(((hash >> 32) * static_cast<std::uint64_t>(count)) >> 32);
}

}  // namespace detail

/// A compact map from words to numbers: open addressing over flat arrays. A slot holds the lower half of the word's
/// hash, which keeps most look-ups of unknown words to one cache line; bytes are compared before a word counts as
/// found. Built by one thread, then read by any number of threads.
class Vocabulary {
public:
    Vocabulary();

    /// The number of `word`, given one if it is new. `hash` is base::hash_bytes(word), or any other value that is
    /// always the same for the same word. Not after `shrink`.
    WordId insert(std::string_view word, std::uint64_t hash);

    /// Gives back spare memory. Call once, after the last insert.
    void shrink();

    /// The number of `word`, or k_no_word. `hash` as for `insert`.
    WordId find(std::string_view word, std::uint64_t hash) const noexcept {
        for (std::size_t at = detail::scale(hash, slots_.size());; at = at + 1 == slots_.size() ? 0 : at + 1) {
            const Slot& slot = slots_[at];
            if (slot.id == k_no_word) return k_no_word;
            if (slot.tag == static_cast<std::uint32_t>(hash) && detail::equal_bytes(this->word(slot.id), word)) {
                return slot.id;
            }
        }
    }

    /// The word numbered `id` (below `size()`). The view lives until the next insert.
    std::string_view word(WordId id) const noexcept {
        return {bytes_.data() + begins_[id], begins_[id + 1] - begins_[id]};
    }

    std::size_t size() const noexcept { return begins_.size() - 1; }

    /// Heap bytes held.
    std::size_t memory_bytes() const noexcept;

private:
    struct Slot {
        std::uint32_t tag = 0;
        WordId id = k_no_word;
    };

    void rehash(std::size_t slot_count);

    std::vector<Slot> slots_;            // always with a free one, so that every probe ends
    std::vector<std::uint32_t> begins_;  // word i is bytes_[begins_[i], begins_[i + 1])
    std::vector<char> bytes_;            // the words, end to end
    std::vector<std::uint64_t> hashes_;  // of each word; only until `shrink`
};

}  // namespace earshot::match
