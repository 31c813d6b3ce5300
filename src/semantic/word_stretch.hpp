#pragma once

#include <cstddef>
#include <span>

namespace earshot::semantic {

/// Words [first, last] of a window.
struct WordStretch {
    std::size_t first = 0;
    std::size_t last = 0;
};

/// The words that carry a score: of all stretches of two words or more the one whose contributions sum up highest above
/// the window's mean a word (of equal ones the first, and of those the shortest). The mean is what a word of the window
/// gives anyway; a stretch grows over weak words only where strong ones follow. One word alone is no stretch, since a
/// meaning is hardly ever one word's, and a hit that marks one word of a sentence tells nobody why. `contributions`
/// holds at least one word; one alone is the answer.
WordStretch carrying_stretch(std::span<const double> contributions) noexcept;

}  // namespace earshot::semantic
