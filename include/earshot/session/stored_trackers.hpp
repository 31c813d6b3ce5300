#pragma once

#include "earshot/detect/tracker_definition.hpp"

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

namespace earshot::session {

/// The trackers that an account keeps, as they were at one moment. Immutable; shared by all sessions of the account.
class StoredTrackers {
public:
    /// Each has an id, no id twice.
    explicit StoredTrackers(std::vector<detect::TrackerDefinition> trackers) : trackers_(std::move(trackers)) {
        for (std::size_t i = 0; i < trackers_.size(); ++i) places_.emplace(trackers_[i].id, i);
    }

    const std::vector<detect::TrackerDefinition>& trackers() const noexcept { return trackers_; }

    /// Null if there is none with that id.
    const detect::TrackerDefinition* find(const std::string& id) const {
        const auto place = places_.find(id);
        return place == places_.end() ? nullptr : &trackers_[place->second];
    }

private:
    const std::vector<detect::TrackerDefinition> trackers_;
    std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace earshot::session
