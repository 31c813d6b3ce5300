#pragma once

#include "earshot/store/job_store.hpp"

#include "conversation_changes.hpp"
#include "job_telling.hpp"

#include <functional>
#include <optional>
#include <string>

namespace earshot::store {

/// The changes of jobs, each the work of a transaction that writes. Throws soci::soci_error.
class JobChanges {
public:
    /// `make_id` gives UUIDs, and must outlive this.
    JobChanges(Connection& connection, const std::function<std::string()>& make_id);

    base::Result<JobRecord> create(const NewJob& job, std::size_t at_most, const std::optional<Lease>& claim,
                                   base::WallTime now);
    base::Result<std::optional<ClaimedJob>> claim(const Lease& lease, base::WallTime now);
    base::Result<bool> finish(const std::string& id, const std::string& owner, const JobOutcome& outcome,
                              base::WallTime now);
    void forget(base::WallTime before);

private:
    bool take(const JobRows::Kept& kept, const Lease& lease, base::WallTime now);

    Connection& connection_;
    JobRows& jobs_;
    ConversationRows& conversations_;
    ConversationChanges changes_;
    JobTelling telling_;
};

}  // namespace earshot::store
