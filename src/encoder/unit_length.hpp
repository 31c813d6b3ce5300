#pragma once

#include <cmath>
#include <span>

namespace earshot::encoder {

/// Scales a vector to length 1; zeros stay zeros.
inline void scale_to_unit_length(std::span<float> vector) noexcept {
    double squares = 0;
    for (const float value : vector) squares += static_cast<double>(value) * static_cast<double>(value);
    if (squares <= 0) return;
    const double scale = 1 / std::sqrt(squares);
    for (float& value : vector) value = static_cast<float>(static_cast<double>(value) * scale);
}

}  // namespace earshot::encoder
