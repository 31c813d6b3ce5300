#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace earshot::semantic {

/// Appends vectors in a byte a value, each with its own scale: a quarter of the memory, and a cosine off by at most
/// about 0.005, which is enough to name the nearest of some phrases.
void append_unit_bytes(std::span<const float> vectors, std::size_t dimensions, std::vector<std::int8_t>& rows,
                       std::vector<float>& scales);

}  // namespace earshot::semantic
