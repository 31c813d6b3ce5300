#pragma once

#include "earshot/detect/active_lists.hpp"

#include "report.hpp"

#include <cstdint>
#include <vector>

namespace earshot::detect {

struct Utterance;

/// When each tracker with a cooldown was last reported for one speaker.
class Cooldowns {
public:
    /// True if the candidate, heard in `utterance`, falls into the cooldown of an earlier utterance with a reported hit
    /// of its tracker. Literal and inflected hits look at such hits alone, the other tiers at all.
    bool suppress(const Candidate& candidate, double cooldown_seconds, const Utterance& utterance) const noexcept;

    /// Notes a hit that was reported for an ended utterance.
    void note(const Utterance& utterance, const Candidate& reported);

    /// What is noted of a slot's trackers goes with them.
    void follow(const ListChange& change);

private:
    struct Entry {
        std::uint32_t list;
        std::uint32_t tracker;
        std::uint64_t utterance;
        double end;  ///< of the utterance, in seconds
        bool immediate;
    };
    std::vector<Entry> entries_;  // the latest few of each tracker
};

}  // namespace earshot::detect
