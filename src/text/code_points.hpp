#pragma once

#include <unicode/normalizer2.h>

#include <array>
#include <cstdint>

namespace earshot::text {

/// What a code point does at word boundaries: a value of Word_Break, or one of the kinds that docs/words.md adds.
enum class PointKind : std::uint8_t {
    other,
    letter,         ///< ALetter
    hebrew_letter,  ///< Hebrew_Letter
    numeric,
    extend_num_let,  ///< without `_`, which is a boundary
    mid_letter,
    mid_num,
    mid_num_let,
    single_quote,  ///< all four apostrophes
    double_quote,
    ignorable,  ///< Extend and Format: goes with what is before it
    zwj,
    symbol,              ///< general category S: begins a word, whatever its Word_Break is
    regional_indicator,  ///< a symbol that pairs with the next one
    cluster,             ///< a letter or number of a script written without spaces: begins a word
    boundary,            ///< white space and separators: part of no word
    nothing,             ///< the soft hyphen: seen by no rule
};

struct PointTraits {
    PointKind kind = PointKind::other;
    bool makes_word = false;     ///< a letter or number: the segment that holds it is a word
    bool goes_on = false;        ///< continues a symbol (an emoji modifier) or a cluster (Thai and Lao AM)
    bool is_pictograph = false;  ///< Extended_Pictographic: joined by a ZWJ before it
};

/// Looks up traits in ICU's data, with a small cache, since one look-up asks five properties. One thread.
class CodePoints {
public:
    /// Throws std::runtime_error when ICU's data is missing.
    CodePoints();

    PointTraits traits(std::uint32_t code_point) {
        Entry& entry = cache_[code_point % cache_.size()];
        if (entry.code_point != code_point) entry = {code_point, look_up(code_point)};
        return entry.traits;
    }

private:
    static constexpr std::uint32_t k_none = 0xFFFFFFFF;
    struct Entry {
        std::uint32_t code_point = k_none;
        PointTraits traits;
    };

    PointTraits look_up(std::uint32_t code_point) const;
    bool is_separator(std::int32_t code_point) const;

    const icu::Normalizer2* nfkc_;  // ICU's own, lives as long as the program
    std::array<Entry, 1024> cache_;
};

}  // namespace earshot::text
