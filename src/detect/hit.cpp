#include "earshot/detect/hit.hpp"

#include "earshot/detect/tracker_list.hpp"

namespace earshot::detect {

const std::string& Hit::value() const {
    const TrackerDefinition& definition = list->tracker(tracker);
    return tier == Tier::pattern ? definition.patterns[phrase] : definition.vocabulary[phrase];
}

std::string_view state_name(HitState state) noexcept {
    switch (state) {
        case HitState::created:
            return "created";
        case HitState::updated:
            return "updated";
        case HitState::confirmed:
            return "confirmed";
        case HitState::retracted:
            return "retracted";
    }
    return "";
}

}  // namespace earshot::detect
