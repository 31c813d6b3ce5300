#include "job_changes.hpp"

#include "conversation_locks.hpp"

#include <utility>

namespace earshot::store {

JobChanges::JobChanges(Connection& connection, const std::function<std::string()>& make_id)
    : connection_(connection),
      jobs_(connection.prepared<JobRows>()),
      conversations_(connection.prepared<ConversationRows>()),
      changes_(connection, make_id),
      telling_(connection, make_id) {}

base::Result<JobRecord> JobChanges::create(const NewJob& job, std::size_t at_most, const std::optional<Lease>& claim,
                                           base::WallTime now) {
    lock_conversations(connection_, {job.conversation});
    lock_jobs(connection_);
    if (auto known = jobs_.of_id(job.id); known && known->job.account == job.account) return std::move(known->job);
    if (job.begin && job.begin->keeping != detect::Keeping::none) {
        conversations_.begin(job.account, job.conversation, *job.begin);
    }
    if (auto kept = conversations_.of_id(job.account, job.conversation); !kept) return kept.error();
    if (jobs_.count_to_do(job.account) >= at_most) {
        return base::Error{base::Errc::too_many,
                           "an account has at most " + std::to_string(at_most) + " jobs that are not done",
                           {},
                           {}};
    }
    const auto before = jobs_.to_do(job.conversation);
    if (!before) return before.error();
    if (!jobs_.insert(job, now)) return base::Error{base::Errc::invalid_value, "another job has this id", {}, {}};
    if (job.edit.name || job.edit.metadata) {
        if (const auto edited = changes_.edit_locked(job.account, job.conversation, job.edit); !edited) {
            return edited.error();
        }
    }
    auto kept = jobs_.of_id(job.id);
    if (kept && claim && before->empty() && take(*kept, *claim, now)) kept = jobs_.of_id(job.id);
    if (!kept) return kept.error();
    return std::move(kept->job);
}

base::Result<std::optional<ClaimedJob>> JobChanges::claim(const Lease& lease, base::WallTime now) {
    lock_jobs(connection_);
    while (true) {
        auto next = jobs_.next(now);
        if (!next && next.error().code == base::Errc::unknown_job) return std::optional<ClaimedJob>();
        if (!next) return next.error();
        if (!take(*next, lease, now)) continue;  // its owner has just ended it
        auto taken = jobs_.of_id(next->job.id);
        if (!taken) return taken.error();
        return std::optional(ClaimedJob{std::move(taken->job), jobs_.request(next->job.id)});
    }
}

bool JobChanges::take(const JobRows::Kept& kept, const Lease& lease, base::WallTime now) {
    if (!jobs_.claim(kept.job, lease, now)) return false;
    if (!kept.was_claimed) telling_.tell(kept, JobState::in_progress, now);
    return true;
}

base::Result<bool> JobChanges::finish(const std::string& id, const std::string& owner, const JobOutcome& outcome,
                                      base::WallTime now) {
    const auto kept = jobs_.of_id(id);
    if (!kept && kept.error().code == base::Errc::unknown_job) return false;
    if (!kept) return kept.error();
    const bool is_completed = outcome.state == JobState::completed;
    std::vector<std::string> conversations{kept->job.conversation};
    if (is_completed) {
        for (std::string& each : conversations_of(outcome.changes)) conversations.push_back(std::move(each));
    }
    lock_conversations(connection_, conversations);
    // From here on the job's row is held, so that nobody else begins to work on it.
    if (!jobs_.end(id, owner, outcome.state, outcome.error, now)) return false;
    if (is_completed) {
        if (const auto applied = changes_.apply_locked(outcome.changes); !applied) return applied.error();
    }
    telling_.tell(*kept, outcome.state, now);
    return true;
}

void JobChanges::forget(base::WallTime before) {
    lock_jobs(connection_);
    jobs_.forget(before);
}

}  // namespace earshot::store
