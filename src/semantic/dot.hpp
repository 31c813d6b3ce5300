#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace earshot::semantic {

inline constexpr std::size_t k_lanes = 16;

/// The sum of products, by lanes that a compiler may keep in wide registers; always added in the same order, so that a
/// vector's score is the same wherever it stands.
template <typename Value>
inline float dot(const Value* a, const float* b, std::size_t size) noexcept {
    std::array<float, k_lanes> sums{};
    std::size_t i = 0;
    for (; i + k_lanes <= size; i += k_lanes) {
        for (std::size_t lane = 0; lane < k_lanes; ++lane) sums[lane] += static_cast<float>(a[i + lane]) * b[i + lane];
    }
    for (; i < size; ++i) sums[i % k_lanes] += static_cast<float>(a[i]) * b[i];
    for (std::size_t half = k_lanes / 2; half > 0; half /= 2) {
        for (std::size_t lane = 0; lane < half; ++lane) sums[lane] += sums[lane + half];
    }
    return sums[0];
}

/// out[i] = row i of `rows` . vector + biases[i].
inline void multiply(const float* rows, const float* biases, std::size_t count, const float* vector, std::size_t size,
                     float* out) noexcept {
    for (std::size_t i = 0; i < count; ++i) out[i] = dot(rows + i * size, vector, size) + biases[i];
}

}  // namespace earshot::semantic
