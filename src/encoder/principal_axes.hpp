#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace earshot::encoder {

/// Vectors as seen from their mean along the `kept` directions in which they differ most, those first. `rows`: end to
/// end, of `dimensions` each, at least `kept`. The same for the same rows: of the two signs that a direction may have,
/// that with which its largest number is positive.
std::vector<float> along_principal_axes(std::span<const float> rows, std::size_t dimensions, std::size_t kept);

}  // namespace earshot::encoder
