#pragma once

#include "earshot/detect/tracker_list.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace earshot::detect {

/// What a change of one slot made of the list that was there.
struct ListChange {
    std::size_t slot = 0;
    std::shared_ptr<const TrackerList> before;      ///< null: the slot was free
    std::vector<std::optional<std::uint32_t>> now;  ///< by index in `before`: its index in the list that is there now
};

/// The lists of trackers that are active in a conversation: a slot for each socket that brought one. Owned by the
/// conversation, read by its speakers' windows, which must be told of every change (SpeakerWindow::follow) before their
/// next input. One thread.
///
/// A tracker hears the utterances that begin after it came. One that a changed list keeps (equal definition, equal
/// settings of the list) goes on as if nothing had happened. Of trackers with the same id only the one that was brought
/// first is active; the others are muted, and the next of them takes over when it goes.
class ActiveLists {
public:
    /// A slot that holds no list; its index is taken by the next `put`.
    std::size_t free_slot() const noexcept;

    /// Puts `list` into a slot in place of what was there; null takes that away.
    ListChange put(std::size_t slot, std::shared_ptr<const TrackerList> list);

    /// Slots, the free ones among them.
    std::size_t size() const noexcept { return slots_.size(); }

    /// Null for a free slot.
    const std::shared_ptr<const TrackerList>& list(std::size_t slot) const noexcept { return slots_[slot].list; }

    /// True if a tracker of the slot is active.
    bool hears(std::size_t slot) const noexcept { return slots_[slot].hears; }

    bool is_muted(std::size_t slot, std::uint32_t tracker) const noexcept {
        return slots_[slot].trackers[tracker].is_muted;
    }

    /// True if the tracker is active for an utterance that began at `epoch`.
    bool hears(std::size_t slot, std::uint32_t tracker, std::uint64_t epoch) const noexcept {
        const Standing& standing = slots_[slot].trackers[tracker];
        return !standing.is_muted && standing.since <= epoch;
    }

    /// How many changes there were: the number of the set in force.
    std::uint64_t epoch() const noexcept { return epoch_; }

    /// Trackers that are active.
    std::size_t active_trackers() const noexcept;

private:
    struct Standing {
        std::uint64_t brought = 0;  // the epoch in which it came; the first with an id is the one that is heard
        std::uint64_t since = 0;    // the epoch from which on it hears
        bool is_muted = false;
    };
    struct Slot {
        std::shared_ptr<const TrackerList> list;
        std::vector<Standing> trackers;
        bool hears = false;
    };

    void settle_duplicates();

    std::vector<Slot> slots_;
    std::uint64_t epoch_ = 0;
};

}  // namespace earshot::detect
