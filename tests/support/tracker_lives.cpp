#include "tracker_lives.hpp"

#include <algorithm>
#include <utility>

namespace earshot::support {

void TrackerLives::put(std::size_t index, const detect::TrackerListDefinition* list,
                       std::vector<std::size_t> utterances) {
    ++changes_;
    utterances.push_back(0);  // an end is never empty
    if (index >= slots_.size()) slots_.resize(index + 1);
    Slot before = std::exchange(slots_[index], {});
    if (list) {
        Slot& slot = slots_[index];
        slot.list = *list;
        for (const detect::TrackerDefinition& tracker : list->trackers) {
            const auto is_it = [&](const Tracker& other) { return other.definition == tracker; };
            const auto kept = std::find_if(before.trackers.begin(), before.trackers.end(), is_it);
            if (kept != before.trackers.end() && before.list->settings == list->settings) {
                slot.trackers.push_back(*kept);
                kept->life.reset();
            } else {
                slot.trackers.push_back({tracker, changes_, std::nullopt});
            }
        }
    }
    for (const Tracker& gone : before.trackers) {
        if (gone.life) ends_[*gone.life] = utterances;
    }
    settle(utterances);
}

// Of equal ids, the one that was brought first lives.
void TrackerLives::settle(const std::vector<std::size_t>& utterances) {
    for (Slot& slot : slots_) {
        for (Tracker& tracker : slot.trackers) {
            bool is_first = true;
            for (const Slot& other_slot : slots_) {
                for (const Tracker& other : other_slot.trackers) {
                    if (other.definition.id == tracker.definition.id && other.brought < tracker.brought)
                        is_first = false;
                }
            }
            if (is_first == tracker.life.has_value()) continue;
            if (is_first) {
                tracker.life = lists_.size();
                lists_.push_back({{tracker.definition}, slot.list->settings});
                ends_.emplace_back();
            } else {
                ends_[*std::exchange(tracker.life, std::nullopt)] = utterances;
            }
        }
    }
}

std::optional<std::size_t> TrackerLives::life_of(std::size_t slot, std::size_t tracker) const {
    if (slot >= slots_.size() || tracker >= slots_[slot].trackers.size()) return std::nullopt;
    return slots_[slot].trackers[tracker].life;
}

std::optional<std::size_t> TrackerLives::life_of(std::string_view id) const {
    for (const Slot& slot : slots_) {
        for (const Tracker& tracker : slot.trackers) {
            if (tracker.definition.id == id && tracker.life) return tracker.life;
        }
    }
    return std::nullopt;
}

bool TrackerLives::reports(std::size_t life, std::size_t speaker, std::size_t utterance) const {
    const std::vector<std::size_t>& end = ends_[life];
    if (end.empty()) return true;
    return speaker + 1 < end.size() && utterance < end[speaker];  // of a speaker that came later, nothing had ended
}

std::size_t TrackerLives::free_slot() const {
    std::size_t slot = 0;
    while (slot < slots_.size() && slots_[slot].list) ++slot;
    return slot;
}

const detect::TrackerListDefinition* TrackerLives::list(std::size_t slot) const {
    return slot < slots_.size() && slots_[slot].list ? &*slots_[slot].list : nullptr;
}

}  // namespace earshot::support
