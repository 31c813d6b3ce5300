#pragma once

#include "earshot/store/sql_tracker_store.hpp"

#include "tracker_rows.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace earshot::store {

/// The changes of one account's trackers, each the work of a transaction that writes and that holds up others of the
/// account. Throws soci::soci_error.
class TrackerChanges {
public:
    /// What is passed must outlive this. `account_bytes`: what the trackers may take together.
    TrackerChanges(Connection& connection, const std::string& account, const TrackerStoreSources& sources,
                   std::size_t account_bytes);

    using Definitions = std::vector<detect::TrackerDefinition>;
    using Records = base::Result<std::vector<detect::TrackerRecord>>;
    using Record = base::Result<detect::TrackerRecord>;

    Records create(const Definitions& trackers, std::size_t at_most);
    Record update(const std::string& id, const TrackerStore::Edit& edit);
    Record remove(const std::string& id);
    Records replace_all(const Definitions& trackers, std::size_t at_most);

private:
    Record add(const detect::TrackerDefinition& tracker, const std::string& definition);
    detect::TrackerRecord put(const detect::TrackerDefinition& tracker, const std::string& definition,
                              const TrackerRows::Known& place);

    const std::string& account_;
    const TrackerStoreSources& sources_;
    const std::size_t account_bytes_;
    const base::WallTime now_;
    TrackerRows& rows_;
};

}  // namespace earshot::store
