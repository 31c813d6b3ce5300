#pragma once

#include "earshot/detect/tracker_definition.hpp"

#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

namespace earshot::support {

/// Which trackers are heard when, by the contract alone: slots hold lists of trackers; of equal ids the one that was
/// brought first is heard, and the next takes over when it goes; one that a changed list keeps (equal definition and
/// settings) goes on. From the moment a tracker begins to be heard to the moment it no longer is, it lives one life;
/// each life is a list of its own for the oracle, in the order of their begins, so that an utterance is heard by the
/// lives that were there when it began.
class TrackerLives {
public:
    /// Puts a list into a slot, null takes it away. `utterances`: how many have ended, of each speaker.
    void put(std::size_t slot, const detect::TrackerListDefinition* list, std::vector<std::size_t> utterances);

    /// Lives so far, each as a list of one tracker.
    const std::vector<detect::TrackerListDefinition>& lists() const { return lists_; }
    std::size_t size() const { return lists_.size(); }

    /// The life that a tracker of a slot lives now; none while another one of its id is heard.
    std::optional<std::size_t> life_of(std::size_t slot, std::size_t tracker) const;

    /// The life that is lived now under an id.
    std::optional<std::size_t> life_of(std::string_view id) const;

    bool is_over(std::size_t life) const { return !ends_[life].empty(); }

    /// True if the life is heard in the utterance with this number (from 0) of a speaker, when that ends.
    bool reports(std::size_t life, std::size_t speaker, std::size_t utterance) const;

    std::size_t slots() const { return slots_.size(); }
    std::size_t free_slot() const;
    const detect::TrackerListDefinition* list(std::size_t slot) const;

private:
    struct Tracker {
        detect::TrackerDefinition definition;
        std::size_t brought = 0;  // by the change that brought it
        std::optional<std::size_t> life;
    };
    struct Slot {
        std::optional<detect::TrackerListDefinition> list;
        std::vector<Tracker> trackers;
    };

    void settle(const std::vector<std::size_t>& utterances);

    std::vector<Slot> slots_;
    std::vector<detect::TrackerListDefinition> lists_;
    std::vector<std::vector<std::size_t>> ends_;  // by life: utterances that had ended, of each speaker; empty: goes on
    std::size_t changes_ = 0;
};

}  // namespace earshot::support
