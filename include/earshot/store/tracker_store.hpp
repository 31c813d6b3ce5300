#pragma once

#include "earshot/base/error.hpp"
#include "earshot/detect/tracker_record.hpp"
#include "earshot/store/done.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace earshot::store {

/// The trackers that accounts keep. Each operation is one transaction: it happens as a whole or not at all, and what
/// was answered survives a crash. An account sees its own trackers alone.
///
/// Any thread may call, none waits: work goes through a bounded queue to the store's own threads. Every operation may
/// end with Errc::store_away (the database cannot be reached; a later call may succeed), Errc::queue_full,
/// Errc::io_failed.
class TrackerStore {
public:
    virtual ~TrackerStore() = default;

    /// All trackers, oldest first, or those of that name (none or one; compared byte by byte).
    virtual void list(std::string account, std::optional<std::string> name,
                      Done<std::vector<detect::TrackerRecord>> done) = 0;

    /// Errors: Errc::unknown_tracker.
    virtual void get(std::string account, std::string id, Done<detect::TrackerRecord> done) = 0;

    /// Adds `trackers`, whose ids are given here, in their order: all or none. Errors, with the tracker's `path`
    /// ("/1"): Errc::name_taken (also by another of them), Errc::too_many (the account would hold over `at_most`).
    virtual void create(std::string account, std::vector<detect::TrackerDefinition> trackers, std::size_t at_most,
                        Done<std::vector<detect::TrackerRecord>> done) = 0;

    /// What becomes of a tracker, given what it is. Runs inside the transaction, perhaps more than once.
    using Edit = std::function<base::Result<detect::TrackerDefinition>(const detect::TrackerDefinition&)>;

    /// Puts what `edit` gives in the tracker's place; its id and `created_on` stay. Errors: Errc::unknown_tracker,
    /// Errc::name_taken, those of `edit`.
    virtual void update(std::string account, std::string id, Edit edit, Done<detect::TrackerRecord> done) = 0;

    /// Gives the tracker that was removed. Errors: Errc::unknown_tracker.
    virtual void remove(std::string account, std::string id, Done<detect::TrackerRecord> done) = 0;

    /// Makes `trackers` the whole set of the account: one whose name exists takes that one's place and keeps its id,
    /// others are added, the rest is removed. Gives them in the order of `trackers`. Errors as of create.
    virtual void replace_all(std::string account, std::vector<detect::TrackerDefinition> trackers, std::size_t at_most,
                             Done<std::vector<detect::TrackerRecord>> done) = 0;

    /// Told after each create, update, remove and replace_all that is in force, or may be (Errc::store_away,
    /// Errc::io_failed, Errc::internal), before its `done` and on the same thread. Set before the first operation.
    virtual void on_change(std::function<void(const std::string& account)> listener) = 0;
};

}  // namespace earshot::store
