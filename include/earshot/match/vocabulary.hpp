#pragma once

#include "earshot/base/hash.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace earshot::match {

/// A word's number in a Vocabulary, counted from 0 in the order of insertion.
using WordId = std::uint32_t;
inline constexpr WordId k_no_word = 0xFFFF'FFFF;

namespace detail {

/// Maps the upper half of `hash` to [0, count) evenly: tables need no power of two and so no spare half.
inline std::size_t scale(std::uint64_t hash, std::size_t count) noexcept {
    return static_cast<std::size_t>(((hash >> 32) * static_cast<std::uint64_t>(count)) >> 32);
}

/// What a bucket of an open-addressing table says of its six slots in one word: a tag (eight bits of a hash) for each,
/// and whether an entry had to go to a later bucket. All tags are compared at once, without a branch.
class SlotTags {
public:
    static constexpr std::size_t k_slots = 6;

    void set(std::size_t slot, std::uint64_t hash) noexcept { bits_ |= (hash & 0xFF) << (8 * slot); }
    void set_overflowed() noexcept { bits_ |= k_overflowed; }
    std::uint64_t overflowed() const noexcept { return bits_ & k_overflowed; }

    /// Non-zero if some slot may have the tag of `hash`. Free slots have the tag 0. `first_slot` is exact.
    std::uint64_t candidates(std::uint64_t hash) const noexcept {
        const std::uint64_t difference = bits_ ^ ((hash & 0xFF) * k_ones);
        return (difference - k_ones) & ~difference & (k_ones << 7);  // the top bit of each byte that is zero
    }
    /// The first slot of `candidates`; the last slot where there is none.
    static std::size_t first_slot(std::uint64_t candidates) noexcept {
        return static_cast<std::size_t>(std::countr_zero(candidates | (std::uint64_t{1} << (8 * k_slots - 1)))) / 8;
    }

private:
    static constexpr std::uint64_t k_ones = 0x0000'0101'0101'0101;
    static constexpr std::uint64_t k_overflowed = std::uint64_t{1} << 63;
    std::uint64_t bits_ = 0;
};

/// By length of a word: ones over its bytes, as they stand in memory.
inline constexpr std::array<std::uint64_t, 9> k_head_masks = [] {
    std::array<std::uint64_t, 9> masks{};
    for (std::size_t size = 1; size <= 8; ++size) {
        std::array<unsigned char, 8> bytes{};
        for (std::size_t i = 0; i < size; ++i) bytes[i] = 0xFF;
        masks[size] = std::bit_cast<std::uint64_t>(bytes);
    }
    return masks;
}();

inline std::uint64_t load_eight(const char* at) noexcept {
    std::uint64_t bytes;
    std::memcpy(&bytes, at, 8);
    return bytes;
}

/// Drops the first `count` (below eight) of eight bytes as they stand in memory.
inline std::uint64_t drop_bytes(std::uint64_t bytes, std::size_t count) noexcept {
    return std::endian::native == std::endian::little ? bytes >> (8 * count & 63) : bytes << (8 * count & 63);
}

/// min(size, 8) by arithmetic: of `std::min` compilers make a branch here, and no processor can guess a word's length.
inline std::size_t at_most_eight(std::size_t size) noexcept {
    const auto excess = static_cast<std::int64_t>(size) - 8;
    return static_cast<std::size_t>(8 + (excess & (excess >> 63)));
}

}  // namespace detail

/// A word made ready for look-ups: its first and its last eight bytes stand for it, as far as they can.
struct WordKey {
    std::string_view text;
    std::uint64_t hash = 0;  ///< base::hash_bytes(text), or any other value that is always the same for the same word
    std::uint64_t head = 0;  ///< its first eight bytes as they stand in memory, zeros behind a shorter word
    std::uint64_t tail = 0;  ///< its last eight bytes; of a shorter word, the same as `head`

    WordKey(std::string_view word, std::uint64_t word_hash) noexcept : text(word), hash(word_hash) {
        if (!word.empty()) std::memcpy(&head, word.data(), std::min<std::size_t>(word.size(), 8));
        tail = word.size() > 8 ? detail::load_eight(word.data() + word.size() - 8) : head;
    }

    /// The same for a word inside a buffer of at least eight bytes that ends at `end`, without a branch.
    static WordKey inside(std::string_view word, std::uint64_t hash, const char* end) noexcept {
        const std::size_t bytes = detail::at_most_eight(word.size());
        const std::uint64_t mask = detail::k_head_masks[bytes];
        // Where fewer than eight bytes follow, the word is shorter than that, and the last eight of the buffer hold it.
        const char* const from = std::min(word.data(), end - 8);
        const auto skipped = static_cast<std::size_t>(word.data() - from);
        const std::uint64_t first = detail::load_eight(from);
        const std::uint64_t last = detail::load_eight(from + (word.size() - bytes));
        return {word, hash, detail::drop_bytes(first, skipped) & mask, detail::drop_bytes(last, skipped) & mask};
    }

    /// The same for a word with zeros behind it up to its eighth byte.
    static WordKey padded(std::string_view word, std::uint64_t hash) noexcept {
        const char* const last = word.data() + (word.size() - detail::at_most_eight(word.size()));
        return {word, hash, detail::load_eight(word.data()), detail::load_eight(last)};
    }

private:
    WordKey(std::string_view word, std::uint64_t its_hash, std::uint64_t its_head, std::uint64_t its_tail) noexcept
        : text(word), hash(its_hash), head(its_head), tail(its_tail) {}
};

/// A compact map from words to numbers: open addressing in buckets of half a cache line. A slot holds a part of the
/// word's hash; the word's bytes are compared before it counts as found. Whether a word is known, and how long it is,
/// no processor can guess, so a look-up of a word of up to 16 bytes has no branch that depends on either. Built by
/// one thread, then read by any number of threads.
class Vocabulary {
public:
    Vocabulary();

    /// The number of `word`, given one if it is new. Not after `shrink`.
    WordId insert(const WordKey& word);

    /// Gives back spare memory. Call once, after the last insert.
    void shrink();

    /// The number of `word`, or k_no_word.
    WordId find(const WordKey& word) const noexcept {
        const Bucket& home = buckets_[home_bucket(word.hash)];
        const std::uint64_t candidates = home.tags.candidates(word.hash);
        const WordId id = home.ids[detail::SlotTags::first_slot(candidates)] | (WordId{candidates != 0} - 1);
        const Entry& entry = entry_of(id);
        std::uint32_t equal = (entry.head == word.head) & (entry.tail == word.tail) & (entry.size == word.text.size());
        // Sums and products, because `&&` would become branches on what cannot be guessed.
        if (word.text.size() * equal > 2 * k_head) [[unlikely]]
            equal = this->word(id) == word.text;
        // Another word's tag, or a bucket that was full: few words in a hundred.
        const std::uint64_t unsure = std::uint64_t{id != k_no_word} | home.tags.overflowed();
        if ((unsure & (std::uint64_t{equal} - 1)) != 0) [[unlikely]]
            return find_slowly(word.text, word.hash);
        return id | (equal - 1);
    }

    /// The word numbered `id` (below `size()`). The view lives until the next insert, or until the vocabulary moves.
    std::string_view word(WordId id) const noexcept {
        const Entry& entry = entry_of(id);
        const char* begin = entry.size > k_head ? long_words_.data() + entry.long_begin : entry.head_bytes();
        return {begin, entry.size};
    }

    std::size_t size() const noexcept { return entries_.size() - 1; }

    /// Heap bytes held.
    std::size_t memory_bytes() const noexcept;

private:
    static constexpr std::size_t k_slots = detail::SlotTags::k_slots;
    static constexpr std::size_t k_head = 8;

    struct Bucket {
        detail::SlotTags tags;
        std::array<WordId, k_slots> ids{k_no_word, k_no_word, k_no_word, k_no_word, k_no_word, k_no_word};
    };
    static_assert(sizeof(Bucket) == 32);

    struct Entry {
        std::uint64_t head = 0;  // as in WordKey: the whole word, if it is no longer
        std::uint64_t tail = 0;
        std::uint32_t long_begin = 0;
        std::uint32_t size = 0xFFFF'FFFF;

        const char* head_bytes() const noexcept { return reinterpret_cast<const char*>(&head); }
    };

    // The upper half of the hash chooses the bucket, the lowest bits are the tag.
    std::size_t home_bucket(std::uint64_t hash) const noexcept { return detail::scale(hash, bucket_count_); }
    // k_no_word + 1 is 0.
    const Entry& entry_of(WordId id) const noexcept { return entries_[static_cast<WordId>(id + 1)]; }
    WordId find_slowly(std::string_view word, std::uint64_t hash) const noexcept;
    void place(std::uint64_t hash, WordId id);
    void rehash(std::size_t bucket_count);

    std::vector<Bucket> buckets_;
    std::size_t bucket_count_ = 1;       // kept beside the vector, which would have to divide
    std::vector<Entry> entries_;         // by id + 1; the first one equals no word
    std::vector<char> long_words_;       // words of over eight bytes, end to end
    std::vector<std::uint64_t> hashes_;  // by id; only until `shrink`
};

}  // namespace earshot::match
