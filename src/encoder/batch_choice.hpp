#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace earshot::encoder {

struct BatchBounds {
    std::size_t rows = 1;
    std::size_t tokens = 1;  ///< with padding
    std::size_t step = 1;    ///< lengths are padded to multiples of it
};

/// Which of the sequences that wait go into the next batch: the oldest one, which is the first, and those nearest to it
/// in length, so that little is padded, as many as the bounds allow; older ones first among equals. Rising indices, at
/// least one where something waits, whatever its length.
std::vector<std::size_t> choose_batch(std::span<const std::size_t> lengths, const BatchBounds& bounds);

}  // namespace earshot::encoder
