#include "shared_answers.hpp"

#include <algorithm>
#include <iterator>

namespace earshot::net {
namespace {

using session::StoredShare;
using session::TrackerJob;
using session::TrackerStep;

bool is_same(const std::weak_ptr<const detect::TrackerList>& a, const std::weak_ptr<const detect::TrackerList>& b) {
    return !a.owner_before(b) && !b.owner_before(a);
}

bool is_equal(const std::shared_ptr<const StoredShare>& a, const std::shared_ptr<const StoredShare>& b) {
    if (a == b) return true;
    return a && b && a->all == b->all && a->ids == b->ids && a->dismissed == b->dismissed;
}

}  // namespace

struct SharedAnswers::Pending {
    Question question;
    std::vector<std::pair<Job, Later>> waiting;
};

SharedAnswers::Question::Question(const TrackerJob& job, std::string account_of_it, Snapshot snapshot_of_it)
    : account(std::move(account_of_it)),
      snapshot(std::move(snapshot_of_it)),
      kind(job.steps.front().kind),
      settings(job.settings),
      max_trackers(job.max_trackers),
      max_phrases(job.max_phrases) {
    if (kind == TrackerStep::Kind::start) return;  // which takes the place of all that was before
    base = job.base;
    share = job.base_stored;
}

bool SharedAnswers::Question::is_like(const Question& other) const {
    return snapshot == other.snapshot && kind == other.kind && is_same(base, other.base) && account == other.account &&
           is_equal(share, other.share) && settings == other.settings && max_trackers == other.max_trackers &&
           max_phrases == other.max_phrases;
}

bool SharedAnswers::is_shareable(const TrackerJob& job) {
    if (job.steps.size() != 1) return false;
    const TrackerStep& step = job.steps.front();
    if (step.kind == TrackerStep::Kind::follow) return true;
    return step.kind == TrackerStep::Kind::start && step.all_stored &&
           (!step.change.replace ||
            (step.change.replace->definitions.empty() && step.change.replace->references.empty()));
}

SharedAnswers::Found SharedAnswers::find_or_wait(const Job& job, const std::string& account, const Snapshot& snapshot,
                                                 Later later) {
    const Question question(*job, account, snapshot);
    const std::lock_guard lock(mutex_);
    const auto kept =
        std::find_if(kept_.begin(), kept_.end(), [&](const Kept& one) { return one.question.is_like(question); });
    if (kept != kept_.end()) {
        std::rotate(kept, std::next(kept), kept_.end());
        return {kept_.back().answer, nullptr};
    }
    const auto pending = std::find_if(pending_.begin(), pending_.end(),
                                      [&](const auto& one) { return one->question.is_like(question); });
    if (pending != pending_.end()) {
        (*pending)->waiting.emplace_back(job, std::move(later));
        return {};
    }
    pending_.push_back(std::make_shared<Pending>(Pending{question, {}}));
    pending_.back()->waiting.emplace_back(job, std::move(later));
    return {std::nullopt, pending_.back()};
}

void SharedAnswers::settle(const std::shared_ptr<Pending>& pending, const Answer& answer) {
    if (const auto& error = answer.outcomes.front().error) return fail(pending, *error);
    // Kept before it ends, so that nobody in between works it out again.
    keep(pending->question, answer);
    for (const auto& [job, later] : end(pending)) later(answer);
}

void SharedAnswers::fail(const std::shared_ptr<Pending>& pending, const base::Error& error) {
    for (const auto& [job, later] : end(pending)) later(Answer::failed(*job, error));
}

/// Those that wait for it; nobody waits after them.
std::vector<std::pair<SharedAnswers::Job, SharedAnswers::Later>> SharedAnswers::end(
    const std::shared_ptr<Pending>& pending) {
    const std::lock_guard lock(mutex_);
    std::erase(pending_, pending);
    return std::move(pending->waiting);
}

void SharedAnswers::keep(const Question& question, const Answer& answer) {
    std::vector<Kept> gone;  // what they hold goes after the lock
    const std::lock_guard lock(mutex_);
    const auto is_its = [&](const Kept& one) { return one.question.account == question.account; };
    const auto of_account = static_cast<std::size_t>(std::count_if(kept_.begin(), kept_.end(), is_its));
    auto oldest = kept_.end();
    if (of_account >= k_kept_of_account) {
        oldest = std::find_if(kept_.begin(), kept_.end(), is_its);
    } else if (kept_.size() >= k_kept) {
        oldest = kept_.begin();
    }
    if (oldest != kept_.end()) {
        gone.push_back(std::move(*oldest));
        kept_.erase(oldest);
    }
    kept_.push_back({question, answer});
}

std::vector<SharedAnswers::Job> SharedAnswers::forget(const std::string& account) {
    std::vector<Kept> gone;
    {
        const std::lock_guard lock(mutex_);
        const auto its = std::stable_partition(kept_.begin(), kept_.end(),
                                               [&](const Kept& one) { return one.question.account != account; });
        std::move(its, kept_.end(), std::back_inserter(gone));
        kept_.erase(its, kept_.end());
    }
    std::vector<Job> jobs;
    for (const Kept& one : gone) {
        const bool is_used = one.answer.list.use_count() > 1;
        if (is_used && one.question.kind == TrackerStep::Kind::start) jobs.push_back(start_job(one.question));
    }
    return jobs;
}

SharedAnswers::Job SharedAnswers::start_job(const Question& question) {
    TrackerJob job;
    job.steps.push_back({TrackerStep::Kind::start, {}, true});
    job.settings = question.settings;
    job.max_trackers = question.max_trackers;
    job.max_phrases = question.max_phrases;
    return std::make_shared<const TrackerJob>(std::move(job));
}

}  // namespace earshot::net
