#pragma once

#include "earshot/detect/tracker_definition.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace earshot::support {

/// Random talk and trackers over one small alphabet, so that phrases are said often, overlap and almost match. The same
/// seed gives the same talk on every machine.
class RandomTalk {
public:
    explicit RandomTalk(std::uint64_t seed);

    /// A number below `bound`.
    std::size_t below(std::size_t bound);
    bool one_in(std::size_t times) { return below(times) == 0; }

    /// Up to `most` words with what may stand between and around them; perhaps only white space, perhaps nothing.
    std::string text(std::size_t most);

    /// `text` with something else at its end, or only a part of it, as a recogniser's hypotheses of it look.
    std::string hypothesis_of(const std::string& text);

    detect::TrackerListDefinition list(bool with_cooldown);

    /// `list` with some trackers removed, some replaced by others of their ids, some new, perhaps in another order, and
    /// rarely with other settings.
    detect::TrackerListDefinition changed(detect::TrackerListDefinition list, bool with_cooldown);

private:
    std::string phrase();
    std::string pattern();
    detect::TrackerDefinition tracker(std::size_t number, bool with_cooldown);

    std::mt19937_64 random_;
    std::vector<std::string> alphabet_;
};

}  // namespace earshot::support
