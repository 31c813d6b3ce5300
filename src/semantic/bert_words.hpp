#pragma once

#include "bert_points.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace earshot::semantic {

/// The words of a text as BERT's uncased tokenizer sees them, one after the other: cleaned, decomposed, without
/// accents, in lower case, cut at white space, each punctuation mark and each ideogram alone. Knows which bytes of the
/// text each byte of a word came from. Allocates nothing; views the text, which must outlive it. One thread.
class BertWords {
public:
    /// Longer words are not looked up.
    static constexpr std::size_t k_max_points = 100;

    explicit BertWords(std::string_view text) noexcept : text_(text) {}

    /// Moves to the next word; false if there is none.
    bool next();

    /// The current word, normalised; valid until the next call of `next`. Not to be asked for an overlong one.
    std::string_view word() const noexcept { return {bytes_.data(), size_}; }
    bool is_overlong() const noexcept { return points_ > k_max_points; }
    std::uint32_t begin() const noexcept { return begin_; }  ///< where it stands in the text
    std::uint32_t end() const noexcept { return end_; }

    /// Turns a stretch of the current word's bytes into the stretch of the text that it came from. Not empty.
    void place(std::uint32_t& first, std::uint32_t& last) const noexcept {
        if (is_plain_) {
            first += begin_;
            last += begin_;
        } else {  // combining points may have changed places, so the word's ends are not those of its first and last
            first = first == 0 ? begin_ : from_[first].begin;
            last = last == size_ ? end_ : from_[last - 1].end;
        }
    }

private:
    struct Place {
        std::uint32_t begin;
        std::uint32_t end;
    };

    bool take_plain();
    void take_mark();
    void take_any();
    bool take_point(UChar32 point, PointKind kind, Place place);
    void push(UChar32 point, Place place);
    void encode();

    std::string_view text_;
    std::size_t at_ = 0;
    std::uint32_t begin_ = 0;
    std::uint32_t end_ = 0;
    bool is_plain_ = true;     // a run of ASCII: byte for byte what the text has, but for case
    std::size_t size_ = 0;     // of the word in bytes
    std::size_t points_ = 0;   // of the word; those over the limit are counted only
    std::size_t starter_ = 0;  // first of the word's points that a combining one may move in front of
    std::array<char, 4 * k_max_points> bytes_;
    std::array<Place, 4 * k_max_points> from_;
    std::array<UChar32, k_max_points> point_;
    std::array<Place, k_max_points> point_from_;
};

}  // namespace earshot::semantic
