#pragma once

#include "earshot/detect/tracker_definition.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace earshot::support {

/// Random definitions that use every member, whose texts are hard to keep and whose names often clash, or almost do.
class RandomTrackers {
public:
    explicit RandomTrackers(std::uint64_t seed) : random_(seed) {}

    /// A number below `bound`.
    std::size_t below(std::size_t bound);
    bool one_in(std::size_t times) { return below(times) == 0; }

    std::string name();
    detect::TrackerDefinition tracker();
    std::vector<detect::TrackerDefinition> trackers(std::size_t most);

private:
    std::string text();
    std::vector<std::string> texts();
    double number(double bound);

    std::mt19937_64 random_;
};

}  // namespace earshot::support
