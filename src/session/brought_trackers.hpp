#pragma once

#include "earshot/base/error.hpp"
#include "earshot/detect/tracker_definition.hpp"
#include "earshot/proto/client_messages.hpp"
#include "earshot/session/tracker_job.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace earshot::session {

/// The trackers of one publisher as they are, or as they would be after some steps: each with an id, no id twice, none
/// that is for other languages. Knows where each of them stands in the message that brought it, so that an error which
/// compiling finds can be told there. Cheap to copy: definitions are shared with the job or list that they come from,
/// which must outlive it.
class BroughtTrackers {
public:
    /// Where a tracker came from.
    struct Origin {
        std::size_t step = 0;
        std::string pointer;  ///< in its message; empty: it came from no message
    };

    /// Begins with what is in force `before` a step of `job`. `stored` may be null. Job, stored trackers and the list
    /// of `before` outlive this.
    BroughtTrackers(const TrackerJob& job, const TrackerJobResult& before, const StoredTrackers* stored);

    /// Takes the job's step of that index. After an error what this holds is of no use. Errors: as of work_out.
    base::Result<void> apply(std::size_t step);

    /// What the last step gave and this does not hold.
    std::vector<proto::IgnoredTracker> take_ignored() { return std::exchange(ignored_, {}); }

    bool empty() const noexcept { return entries_.empty(); }
    std::size_t size() const noexcept { return entries_.size(); }
    const detect::TrackerDefinition& tracker(std::size_t index) const noexcept { return *entries_[index].tracker; }
    const Origin& origin(std::size_t index) const noexcept { return entries_[index].origin; }

    std::vector<detect::TrackerDefinition> definitions() const;
    StoredShare stored_share() const;

private:
    struct Entry {
        std::shared_ptr<const detect::TrackerDefinition> tracker;
        Origin origin;
        bool is_stored = false;
    };
    using Places = std::unordered_map<std::string_view, std::size_t>;  // by id

    void start(const TrackerStep& step, std::size_t index);
    base::Result<void> change(const proto::TrackerChange& change, std::size_t step);
    base::Result<void> follow(std::size_t step);
    base::Result<void> remove(const std::vector<proto::PlacedName>& names);
    base::Result<void> take(const proto::GivenTrackers& given, std::size_t step);
    base::Result<void> take_references(const std::vector<proto::PlacedName>& ids, Places& places, std::size_t step);
    base::Result<void> take_stored(const detect::TrackerDefinition& tracker, Origin origin, Places& places);
    void take_all_stored(Places& places, std::size_t step);
    base::Result<void> check_limits() const;
    const detect::TrackerDefinition* find_stored(const std::string& id) const;
    Places places() const;
    bool add(Places& places, Entry entry);
    bool is_for_language(const detect::TrackerDefinition& tracker) const;

    const TrackerJob* job_;
    const StoredTrackers* stored_;
    std::vector<Entry> entries_;
    bool wants_all_ = false;
    std::unordered_set<std::string> dismissed_;
    std::vector<proto::IgnoredTracker> ignored_;
};

/// A path that TrackerList::compile gives, "/3/vocabulary/0": the tracker's index and what is behind it.
struct TrackerPath {
    std::size_t tracker = 0;
    std::string rest;
};

/// None if the path does not begin with a tracker.
std::optional<TrackerPath> split_tracker_path(const std::string& path);

}  // namespace earshot::session
