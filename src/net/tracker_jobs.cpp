#include "tracker_jobs.hpp"

#include "earshot/match/phrase_set.hpp"

#include <algorithm>
#include <utility>

namespace earshot::net {
namespace {

using base::Errc;
using session::TrackerJob;
using session::TrackerStep;

/// How many answers are kept for sessions that want all stored trackers: accounts, times the settings they use.
constexpr std::size_t k_kept_answers = 256;

/// Whether an I/O thread may work it out: a start message with so few phrases that a visit to another thread takes
/// longer. A single pattern may take a tenth of a second.
bool is_light(const TrackerJob& job) {
    if (job.needs_stored() || job.steps.size() != 1) return false;
    const TrackerStep& step = job.steps.front();
    if (step.kind != TrackerStep::Kind::start) return false;
    if (!step.change.replace) return true;
    const auto& trackers = step.change.replace->definitions;
    const bool has_patterns =
        std::any_of(trackers.begin(), trackers.end(), [](const auto& tracker) { return !tracker.patterns.empty(); });
    return !has_patterns && CompileService::phrases_of(trackers) <= match::PhraseSet::k_inline_phrases;
}

/// Whether it is a start that wants all stored trackers and no other.
bool wants_only_all_stored(const TrackerJob& job) {
    if (job.steps.size() != 1) return false;
    const TrackerStep& step = job.steps.front();
    return step.kind == TrackerStep::Kind::start && step.all_stored &&
           (!step.change.replace ||
            (step.change.replace->definitions.empty() && step.change.replace->references.empty()));
}

/// Whether two such jobs have the same answer.
bool are_alike(const TrackerJob& a, const TrackerJob& b) {
    return a.settings == b.settings && a.max_trackers == b.max_trackers && a.max_phrases == b.max_phrases;
}

}  // namespace

TrackerJobs::~TrackerJobs() {
    std::unique_lock lock(mutex_);
    no_tasks_.wait(lock, [this] { return tasks_ == 0; });
}

std::optional<TrackerJobs::Answer> TrackerJobs::work_out(TrackerJob job, const std::string& account,
                                                         text::Tokenizer& tokenizer, Later later) {
    if (is_light(job)) return work_out_here(job, nullptr, tokenizer);
    const auto shared = std::make_shared<const TrackerJob>(std::move(job));
    if (!shared->needs_stored()) {
        post(shared, account, nullptr, std::move(later));
        return std::nullopt;
    }
    begin_task();
    const auto stored = stored_.get(account, [this, shared, account, later](const Snapshot& snapshot) {
        post(shared, account, snapshot, later);
        end_task();
    });
    if (!stored) return std::nullopt;
    end_task();
    if (auto ready = find_all_stored(*shared, account, *stored)) return ready;
    post(shared, account, *stored, std::move(later));
    return std::nullopt;
}

void TrackerJobs::on_stored(const std::string& account, const Snapshot& snapshot) {
    std::vector<Job> jobs;
    {
        const std::lock_guard lock(mutex_);
        for (const AllStored& kept : all_stored_) {
            if (kept.account == account) jobs.push_back(std::make_shared<const TrackerJob>(kept.job));
        }
    }
    for (const Job& job : jobs) post(job, account, snapshot, [](const Answer&) {});
}

void TrackerJobs::post(const Job& job, const std::string& account, const Snapshot& snapshot, Later later) {
    begin_task();
    const bool is_taken = pool_.post([this, job, account, snapshot, later] {
        thread_local text::Tokenizer tokenizer;
        auto ready = find_all_stored(*job, account, snapshot);
        if (!ready) {
            ready = work_out_here(*job, snapshot.get(), tokenizer);
            keep_all_stored(*job, account, snapshot, *ready);
        }
        later(std::move(*ready));
        end_task();
    });
    if (is_taken) return;
    later(Answer::failed(*job, {Errc::queue_full, "too many lists of trackers are being compiled", {}, {}}));
    end_task();
}

TrackerJobs::Answer TrackerJobs::work_out_here(const TrackerJob& job, const session::StoredTrackers* stored,
                                               text::Tokenizer& tokenizer) {
    return session::work_out(job, stored, [&](detect::TrackerListDefinition definition) {
        return compiler_.compile(std::move(definition), tokenizer);
    });
}

std::optional<TrackerJobs::Answer> TrackerJobs::find_all_stored(const TrackerJob& job, const std::string& account,
                                                                const Snapshot& snapshot) const {
    if (!snapshot || !wants_only_all_stored(job)) return std::nullopt;
    const std::lock_guard lock(mutex_);
    for (const AllStored& kept : all_stored_) {
        if (kept.account == account && kept.snapshot == snapshot && are_alike(kept.job, job)) return kept.answer;
    }
    return std::nullopt;
}

void TrackerJobs::keep_all_stored(const TrackerJob& job, const std::string& account, const Snapshot& snapshot,
                                  const Answer& answer) {
    if (!snapshot || !wants_only_all_stored(job) || answer.outcomes.front().error) return;
    TrackerJob bare = job;
    bare.base.reset();
    bare.base_stored.reset();
    const std::lock_guard lock(mutex_);
    std::erase_if(all_stored_,
                  [&](const AllStored& kept) { return kept.account == account && are_alike(kept.job, job); });
    if (all_stored_.size() >= k_kept_answers) all_stored_.erase(all_stored_.begin());
    all_stored_.push_back({account, std::move(bare), snapshot, answer});
}

void TrackerJobs::begin_task() {
    const std::lock_guard lock(mutex_);
    ++tasks_;
}

void TrackerJobs::end_task() {
    const std::lock_guard lock(mutex_);
    if (--tasks_ == 0) no_tasks_.notify_all();
}

}  // namespace earshot::net
