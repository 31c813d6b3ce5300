#pragma once

#include "earshot/base/time.hpp"
#include "earshot/detect/tracker_definition.hpp"

namespace earshot::detect {

/// A tracker that an account keeps: its definition, whose `id` is 16 decimal digits, and when it was made and last
/// changed.
struct TrackerRecord {
    TrackerDefinition tracker;
    base::WallTime created_on;
    base::WallTime updated_on;
    friend bool operator==(const TrackerRecord&, const TrackerRecord&) = default;
};

}  // namespace earshot::detect
