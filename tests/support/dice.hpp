#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <random>

namespace earshot::support {

/// Random choices that depend on their seed alone.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : random_(seed) {}
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }
    bool one_in(std::size_t times) { return below(times) == 0; }
    template <typename Choices>
    const auto& any(const Choices& choices) {
        return choices[below(std::size(choices))];
    }

private:
    std::mt19937_64 random_;
};

}  // namespace earshot::support
