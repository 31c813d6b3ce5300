#include "unit_bytes.hpp"

#include <algorithm>
#include <cmath>

namespace earshot::semantic {

void append_unit_bytes(std::span<const float> vectors, std::size_t dimensions, std::vector<std::int8_t>& rows,
                       std::vector<float>& scales) {
    rows.reserve(rows.size() + vectors.size());
    for (std::size_t begin = 0; begin < vectors.size(); begin += dimensions) {
        const auto vector = vectors.subspan(begin, dimensions);
        float greatest = 0;
        for (const float value : vector) greatest = std::max(greatest, std::abs(value));
        const float scale = greatest > 0 ? greatest / 127 : 1;
        for (const float value : vector) rows.push_back(static_cast<std::int8_t>(std::lround(value / scale)));
        scales.push_back(scale);
    }
}

}  // namespace earshot::semantic
