#pragma once

#include <unicode/utypes.h>

#include <cstdint>

namespace earshot::semantic {

/// What a code point is to BERT's tokenizer.
enum class PointKind : std::uint8_t {
    letter,    ///< part of a word; everything that is none of the others
    alone,     ///< punctuation: a word of its own
    ideogram,  ///< Han: a word of its own, before it is decomposed
    space,
    mark,     ///< non-spacing: stripped
    nothing,  ///< controls and formats: as if it were not there
};

/// The reference implementation knows the properties of Unicode 8, and what came later is a letter to it.
PointKind kind_of(UChar32 code_point);

}  // namespace earshot::semantic
