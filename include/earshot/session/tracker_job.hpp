#pragma once

#include "earshot/base/error.hpp"
#include "earshot/detect/tracker_list.hpp"
#include "earshot/proto/client_messages.hpp"
#include "earshot/proto/server_codec.hpp"
#include "earshot/session/stored_trackers.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace earshot::session {

/// Which of a publisher's trackers are stored ones, and what it wants of those to come.
struct StoredShare {
    bool all = false;                           ///< `enableAllTrackers`: also those that are not there yet
    std::unordered_set<std::string> ids;        ///< of the trackers in its list that are stored ones
    std::unordered_set<std::string> dismissed;  ///< that it took away, though it wants all
};

/// One message, or one change of what is stored, that makes another list of a publisher's list.
struct TrackerStep {
    enum class Kind : std::uint8_t {
        start,   ///< the list of a start message, which is `change.replace`
        change,  ///< of a modify message
        follow,  ///< the stored ones among them are to be what they are now
    };
    Kind kind = Kind::change;
    proto::TrackerChange change;
    bool all_stored = false;  ///< of a start: `enableAllTrackers`
};

/// What becomes of the trackers that a publisher brings, to be worked out apart from its conversation: it may take
/// long. A value, free of references to the conversation.
struct TrackerJob {
    std::shared_ptr<const detect::TrackerList> base;  ///< in force before; null: none
    std::shared_ptr<const StoredShare> base_stored;   ///< of `base`; null: none
    std::vector<TrackerStep> steps;                   ///< in their order
    detect::ListSettings settings;
    std::size_t max_trackers = 0;
    std::size_t max_phrases = 0;  ///< of all trackers together, exclusions and patterns among them

    /// True if the account's stored trackers may have a part in it.
    bool needs_stored() const;
};

/// What came of a step.
struct StepOutcome {
    std::optional<base::Error> error;            ///< it changed nothing, for this reason; `path` is in its message
    std::vector<proto::IgnoredTracker> ignored;  ///< given, but not part of the list
};

struct TrackerJobResult {
    std::shared_ptr<const detect::TrackerList> list;  ///< after all steps that succeeded; null: no tracker
    std::shared_ptr<const StoredShare> stored;        ///< of `list`; null: none
    std::vector<StepOutcome> outcomes;                ///< of each step
    bool is_prepared = false;                         ///< `list` needs no Prepare

    /// Every step of a job failed alike.
    static TrackerJobResult failed(const TrackerJob& job, const base::Error& error);
};

using CompileList =
    std::function<base::Result<std::shared_ptr<const detect::TrackerList>>(detect::TrackerListDefinition)>;

/// Works a job out. `stored`: the account's trackers; null where they cannot be had, which lets changes that ask for
/// some fail and is told among the `ignored` of a start. Errors of a step: unknown_tracker, invalid_value (an id that
/// another tracker of the list has), too_many, store_away, those of `compile`.
TrackerJobResult work_out(const TrackerJob& job, const StoredTrackers* stored, const CompileList& compile);

}  // namespace earshot::session
