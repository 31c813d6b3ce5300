#pragma once

#include "earshot/detect/active_lists.hpp"

#include <algorithm>
#include <vector>

namespace earshot::detect {

/// Gives entries (with `list`, a slot, and `tracker`, an index) of the changed slot their trackers' new indices, and
/// removes those whose trackers are gone.
template <typename Entry>
void move_to_new_list(const ListChange& change, std::vector<Entry>& entries) {
    std::erase_if(entries, [&](Entry& entry) {
        if (entry.list != change.slot) return false;
        const auto now = entry.tracker < change.now.size() ? change.now[entry.tracker] : std::nullopt;
        if (now) entry.tracker = *now;
        return !now;
    });
}

}  // namespace earshot::detect
