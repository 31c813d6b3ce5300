#include "earshot/detect/active_lists.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace earshot::detect {

std::size_t ActiveLists::free_slot() const noexcept {
    const auto is_free = [](const Slot& slot) { return slot.list == nullptr; };
    return static_cast<std::size_t>(std::find_if(slots_.begin(), slots_.end(), is_free) - slots_.begin());
}

ListChange ActiveLists::put(std::size_t index, std::shared_ptr<const TrackerList> list) {
    if (index >= slots_.size()) slots_.resize(index + 1);
    Slot& slot = slots_[index];
    ++epoch_;
    ListChange change{index, std::exchange(slot.list, std::move(list)), {}};
    const std::vector<Standing> before = std::exchange(slot.trackers, {});
    if (slot.list) slot.trackers.assign(slot.list->size(), Standing{epoch_, epoch_, false});
    if (change.before) {
        change.now.resize(before.size());
        const auto& settings = change.before->definition().settings;
        if (slot.list && slot.list->definition().settings == settings) {
            std::unordered_map<std::string_view, std::uint32_t> places;  // by id
            for (std::uint32_t i = 0; i < slot.list->size(); ++i) places.emplace(slot.list->tracker(i).id, i);
            for (std::uint32_t i = 0; i < before.size(); ++i) {
                const auto place = places.find(change.before->tracker(i).id);
                if (place == places.end() || place->first.empty() ||
                    slot.list->tracker(place->second) != change.before->tracker(i))
                    continue;
                change.now[i] = place->second;
                slot.trackers[place->second] = before[i];
            }
        }
    }
    settle_duplicates();
    return change;
}

void ActiveLists::settle_duplicates() {
    struct First {
        std::tuple<std::uint64_t, std::size_t, std::uint32_t> order;
        Standing* standing;
    };
    std::unordered_map<std::string_view, First> firsts;  // by id
    for (std::size_t s = 0; s < slots_.size(); ++s) {
        for (std::uint32_t i = 0; i < slots_[s].trackers.size(); ++i) {
            const std::string& id = slots_[s].list->tracker(i).id;
            if (id.empty()) continue;  // in a batch, whose trackers need none
            Standing& standing = slots_[s].trackers[i];
            const First mine{{standing.brought, s, i}, &standing};
            const auto [first, is_new] = firsts.emplace(id, mine);
            if (is_new) continue;
            First& other = first->second;
            const bool is_earlier = mine.order < other.order;
            Standing& loser = is_earlier ? *other.standing : standing;
            loser.is_muted = true;
            if (is_earlier) other = mine;
        }
    }
    for (auto& [id, first] : firsts) {
        if (!std::exchange(first.standing->is_muted, false)) continue;
        first.standing->since = epoch_;  // it takes over
    }
    for (Slot& slot : slots_) {
        const auto is_active = [](const Standing& standing) { return !standing.is_muted; };
        slot.hears = std::any_of(slot.trackers.begin(), slot.trackers.end(), is_active);
    }
}

std::size_t ActiveLists::active_trackers() const noexcept {
    std::size_t count = 0;
    for (const Slot& slot : slots_) {
        count += static_cast<std::size_t>(
            std::count_if(slot.trackers.begin(), slot.trackers.end(), [](const Standing& s) { return !s.is_muted; }));
    }
    return count;
}

}  // namespace earshot::detect
