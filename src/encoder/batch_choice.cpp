#include "batch_choice.hpp"

#include <algorithm>
#include <numeric>

namespace earshot::encoder {
namespace {

std::size_t distance(std::size_t a, std::size_t b) {
    return a < b ? b - a : a - b;
}

}  // namespace

std::vector<std::size_t> choose_batch(std::span<const std::size_t> lengths, const BatchBounds& bounds) {
    if (lengths.empty()) return {};
    std::vector<std::size_t> order(lengths.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin() + 1, order.end(), [&](std::size_t a, std::size_t b) {
        return distance(lengths[a], lengths[0]) < distance(lengths[b], lengths[0]);
    });

    std::vector<std::size_t> chosen;
    std::size_t longest = 0;
    for (const std::size_t i : order) {
        const std::size_t padded = (std::max(longest, lengths[i]) + bounds.step - 1) / bounds.step * bounds.step;
        if (!chosen.empty() && (chosen.size() == bounds.rows || (chosen.size() + 1) * padded > bounds.tokens)) break;
        chosen.push_back(i);
        longest = std::max(longest, lengths[i]);
    }
    std::ranges::sort(chosen);
    return chosen;
}

}  // namespace earshot::encoder
