#include "support/store/model_jobs.hpp"

#include <algorithm>
#include <utility>

namespace earshot::support {

using store::JobState;

namespace {

base::Error error(base::Errc code) {
    return {code, {}, {}, {}};
}

}  // namespace

bool ModelJobs::is_done(const Job& job) {
    return job.record.state == JobState::completed || job.record.state == JobState::failed;
}

ModelJobs::Job* ModelJobs::find(const std::string& id) {
    const auto place = std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& job) { return job.record.id == id; });
    return place == jobs_.end() ? nullptr : &*place;
}

ModelJobs::Job* ModelJobs::find_own(const std::string& id, const std::string& owner) {
    Job* job = find(id);
    return job && job->record.state == JobState::in_progress && job->owner == owner ? job : nullptr;
}

/// Whether all jobs of its conversation before it are done.
bool ModelJobs::is_first(const Job& job) const {
    return std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& other) {
               return other.record.conversation == job.record.conversation && !is_done(other);
           })->record.id == job.record.id;
}

void ModelJobs::tell(const Job& job, base::WallTime now) {
    if (job.webhook_url.empty()) return;
    const std::string body = R"({"jobId":")" + job.record.id + R"(","status":")" +
                             std::string(store::job_state_name(job.record.state)) + R"("})";
    deliveries_.push_back({{next_id(), job.record.account, job.record.id, job.webhook_url, body, 0, now}, now});
}

void ModelJobs::take(Job& job, const store::Lease& lease, base::WallTime now) {
    job.record.state = JobState::in_progress;
    job.record.progress = 0;
    job.record.updated_on = now;
    ++job.record.attempts;
    job.owner = lease.owner;
    job.until = lease.until;
    std::erase(turns_, job.record.account);
    turns_.push_back(job.record.account);
    if (!std::exchange(job.was_claimed, true)) tell(job, now);
}

void ModelJobs::end(Job& job, JobState state, const std::string& error, base::WallTime now) {
    job.record.state = state;
    job.record.error = error;
    job.record.updated_on = now;
    if (state == JobState::completed) job.record.progress = 1;
    tell(job, now);
}

const ModelJobs::Conversation* ModelJobs::find_conversation(const std::string& account, const std::string& id) const {
    const auto place = conversations_.find(id);
    if (place == conversations_.end() || place->second.account != account || place->second.is_removed) return nullptr;
    return &place->second;
}

base::Result<store::JobRecord> ModelJobs::create(const store::NewJob& job, std::size_t at_most,
                                                 const std::optional<store::Lease>& claim, base::WallTime now) {
    if (const Job* known = find(job.id); known && known->record.account == job.account) return known->record;
    const bool is_new = job.begin && !conversations_.contains(job.conversation);
    if (!is_new && !find_conversation(job.account, job.conversation)) return error(base::Errc::unknown_conversation);
    const auto is_to_do = [&](const Job& each) { return each.record.account == job.account && !is_done(each); };
    if (std::count_if(jobs_.begin(), jobs_.end(), is_to_do) >= static_cast<std::ptrdiff_t>(at_most)) {
        return error(base::Errc::too_many);
    }
    if (find(job.id)) return error(base::Errc::invalid_value);
    if (is_new) conversations_[job.conversation] = {job.account, false, {}};
    Job made;
    made.record = {job.id, job.account, job.conversation, job.kind, JobState::scheduled, 0, {}, 0, now, now};
    made.request = job.request;
    made.webhook_url = job.webhook_url;
    jobs_.push_back(made);
    if (claim && is_first(made)) take(jobs_.back(), *claim, now);
    return jobs_.back().record;
}

base::Result<store::JobRecord> ModelJobs::get(const std::string& account, const std::string& id) const {
    for (const Job& job : jobs_) {
        if (job.record.id == id && job.record.account == account) return job.record;
    }
    return error(base::Errc::unknown_job);
}

std::optional<store::ClaimedJob> ModelJobs::claim(const store::Lease& lease, base::WallTime now) {
    // Where an account's turn was: 0 if it never had one.
    const auto turn = [&](const Job& job) {
        const auto place = std::find(turns_.begin(), turns_.end(), job.record.account);
        return place == turns_.end() ? 0 : 1 + (place - turns_.begin());
    };
    Job* best = nullptr;
    for (Job& job : jobs_) {
        if (is_done(job) || !is_first(job)) continue;
        if (job.record.state == JobState::in_progress && now < job.until) continue;
        if (!best || turn(job) < turn(*best)) best = &job;
    }
    if (!best) return std::nullopt;
    take(*best, lease, now);
    return store::ClaimedJob{best->record, best->request};
}

bool ModelJobs::renew(const std::string& id, const store::Lease& lease, double progress) {
    Job* job = find_own(id, lease.owner);
    if (!job) return false;
    job->until = lease.until;
    job->record.progress = progress;
    return true;
}

bool ModelJobs::finish(const std::string& id, const std::string& owner, const store::JobOutcome& outcome,
                       base::WallTime now) {
    Job* job = find_own(id, owner);
    if (!job) return false;
    end(*job, outcome.state, outcome.error, now);
    if (outcome.state != JobState::completed) return true;
    for (const detect::ConversationChange& change : outcome.changes) {
        for (const detect::MessageRecord& message : change.messages) {
            conversations_[change.conversation].messages.push_back(message.id);
        }
    }
    return true;
}

bool ModelJobs::release(const std::string& id, const std::string& owner) {
    Job* job = find_own(id, owner);
    if (!job) return false;
    job->record.state = JobState::scheduled;
    --job->record.attempts;
    return true;
}

void ModelJobs::forget(base::WallTime before) {
    std::erase_if(jobs_, [&](const Job& job) { return is_done(job) && job.record.updated_on < before; });
    std::erase_if(turns_, [&](const std::string& account) {
        return std::none_of(jobs_.begin(), jobs_.end(), [&](const Job& job) { return job.record.account == account; });
    });
}

base::Result<bool> ModelJobs::remove_conversation(const std::string& account, const std::string& id,
                                                  base::WallTime now) {
    if (!find_conversation(account, id)) return error(base::Errc::unknown_conversation);
    conversations_[id].is_removed = true;
    for (Job& job : jobs_) {
        if (job.record.conversation != id || is_done(job)) continue;
        end(job, JobState::failed, "The conversation was deleted.", now);
    }
    return true;
}

std::vector<store::Delivery> ModelJobs::take_deliveries(std::size_t at_most, base::WallTime now, base::WallTime until) {
    std::vector<Waiting*> first;
    std::set<std::string> topics;
    for (Waiting& each : deliveries_) {
        if (topics.insert(each.delivery.topic).second && each.due <= now) first.push_back(&each);
    }
    std::stable_sort(first.begin(), first.end(),
                     [](const auto* left, const auto* right) { return left->due < right->due; });
    first.resize(std::min(first.size(), at_most));
    std::vector<store::Delivery> taken;
    for (Waiting* each : first) {
        each->due = until;
        taken.push_back(each->delivery);
    }
    return taken;
}

bool ModelJobs::end_delivery(const std::string& id) {
    return std::erase_if(deliveries_, [&](const Waiting& each) { return each.delivery.id == id; }) > 0;
}

bool ModelJobs::retry_delivery(const std::string& id, base::WallTime when) {
    for (Waiting& each : deliveries_) {
        if (each.delivery.id != id) continue;
        each.due = when;
        ++each.delivery.attempts;
        return true;
    }
    return false;
}

std::optional<std::vector<std::string>> ModelJobs::messages(const std::string& account,
                                                            const std::string& conversation) const {
    const Conversation* kept = find_conversation(account, conversation);
    if (!kept) return std::nullopt;
    return kept->messages;
}

}  // namespace earshot::support
