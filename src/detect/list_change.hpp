#pragma once

#include "earshot/detect/active_lists.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

namespace earshot::detect {

/// Gives entries of the changed slot their trackers' new indices, and removes those whose trackers are gone. `place`
/// says what of an entry holds `list`, a slot, and `tracker`, an index: itself, or a member.
template <typename Entry, typename Place = std::identity>
void move_to_new_list(const ListChange& change, std::vector<Entry>& entries, Place place = {}) {
    std::erase_if(entries, [&](Entry& entry) {
        auto& at = std::invoke(place, entry);
        if (at.list != change.slot) return false;
        const auto now = at.tracker < change.now.size() ? change.now[at.tracker] : std::nullopt;
        if (now) at.tracker = *now;
        return !now;
    });
}

}  // namespace earshot::detect
