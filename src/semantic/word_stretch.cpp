#include "word_stretch.hpp"

namespace earshot::semantic {

WordStretch carrying_stretch(std::span<const double> contributions) noexcept {
    const std::size_t size = contributions.size();
    if (size < 3) return {0, size - 1};
    double mean = 0;
    for (const double contribution : contributions) mean += contribution / static_cast<double>(size);

    // The best stretch that ends at word i - 1 with at least one word, and from it the best with at least two at i.
    double ending = contributions[0] - mean;
    std::size_t begin = 0;
    WordStretch best{0, 1};
    double best_sum = 0;
    for (std::size_t i = 1; i < size; ++i) {
        const double above = contributions[i] - mean;
        if (i == 1 || ending + above > best_sum) {
            best_sum = ending + above;
            best = {begin, i};
        }
        if (ending > 0) {
            ending += above;
        } else {
            ending = above;
            begin = i;
        }
    }
    return best;
}

}  // namespace earshot::semantic
