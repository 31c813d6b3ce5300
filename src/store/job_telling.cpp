#include "job_telling.hpp"

#include "earshot/proto/json_writer.hpp"

namespace earshot::store {
namespace {

std::string body_of(const std::string& job, JobState state) {
    std::string body;
    proto::JsonWriter(body).begin_object().member("jobId", job).member("status", job_state_name(state)).end_object();
    return body;
}

}  // namespace

JobTelling::JobTelling(Connection& connection, const std::function<std::string()>& make_id)
    : make_id_(make_id), jobs_(connection.prepared<JobRows>()), deliveries_(connection.prepared<DeliveryRows>()) {}

void JobTelling::tell(const JobRows::Kept& kept, JobState state, base::WallTime now) {
    if (kept.webhook_url.empty()) return;
    const JobRecord& job = kept.job;
    deliveries_.insert({make_id_(), job.account, job.id, kept.webhook_url, body_of(job.id, state), 0, now});
}

base::Result<bool> JobTelling::fail_all_of(const std::string& conversation, const std::string& error,
                                           base::WallTime now) {
    auto jobs = jobs_.to_do(conversation);
    if (!jobs) return jobs.error();
    for (const JobRows::Kept& kept : *jobs) {
        if (jobs_.fail(kept.job.id, error, now)) tell(kept, JobState::failed, now);
    }
    return true;
}

}  // namespace earshot::store
