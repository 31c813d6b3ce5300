#pragma once

#include "connection.hpp"
#include "delivery_rows.hpp"
#include "job_rows.hpp"

#include <functional>
#include <string>

namespace earshot::store {

/// What is to be told of jobs, inside of the transactions that change them. Throws soci::soci_error.
class JobTelling {
public:
    /// `make_id` gives UUIDs, and must outlive this.
    JobTelling(Connection& connection, const std::function<std::string()>& make_id);

    /// Whoever wants to hear of the job is to be told that it is `state` now.
    void tell(const JobRows::Kept& job, JobState state, base::WallTime now);

    /// Fails the jobs of a conversation that are not done. Errors: Errc::io_failed.
    base::Result<bool> fail_all_of(const std::string& conversation, const std::string& error, base::WallTime now);

private:
    const std::function<std::string()>& make_id_;
    JobRows& jobs_;
    DeliveryRows& deliveries_;
};

}  // namespace earshot::store
