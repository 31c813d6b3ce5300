#include "tracker_jobs.hpp"

#include "earshot/match/phrase_set.hpp"

#include <utility>

namespace earshot::net {
namespace {

using base::Errc;
using session::TrackerJob;
using session::TrackerStep;

constexpr const char* k_pool_is_full = "too many lists of trackers are being compiled";

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
        post(shared, nullptr, std::move(later));
        return std::nullopt;
    }
    begin_task();
    const auto stored = stored_.get(account, [this, shared, account, later](const Snapshot& snapshot) {
        if (auto ready = answer(shared, account, snapshot, later)) later(std::move(*ready));
        end_task();
    });
    if (!stored) return std::nullopt;
    end_task();
    return answer(shared, account, *stored, std::move(later));
}

void TrackerJobs::on_stored(const std::string& account, const Snapshot& snapshot) {
    for (const Job& job : shared_.forget(account)) answer(job, account, snapshot, [](const Answer&) {});
}

std::optional<TrackerJobs::Answer> TrackerJobs::answer(const Job& job, const std::string& account,
                                                       const Snapshot& snapshot, Later later) {
    if (!snapshot || !SharedAnswers::is_shareable(*job)) {
        post(job, snapshot, std::move(later));
        return std::nullopt;
    }
    auto found = shared_.find_or_wait(job, account, snapshot, std::move(later));
    if (found.begun) post_shared(job, snapshot, std::move(found.begun));
    return std::move(found.answer);
}

void TrackerJobs::post(const Job& job, const Snapshot& snapshot, Later later) {
    begin_task();
    const bool is_taken = pool_.post([this, job, snapshot, later] {
        thread_local text::Tokenizer tokenizer;
        later(work_out_here(*job, snapshot.get(), tokenizer));
        end_task();
    });
    if (is_taken) return;
    later(Answer::failed(*job, {Errc::queue_full, k_pool_is_full, {}, {}}));
    end_task();
}

void TrackerJobs::post_shared(const Job& job, const Snapshot& snapshot,
                              std::shared_ptr<SharedAnswers::Pending> pending) {
    begin_task();
    const bool is_taken = pool_.post([this, job, snapshot, pending] {
        thread_local text::Tokenizer tokenizer;
        shared_.settle(pending, work_out_here(*job, snapshot.get(), tokenizer));
        end_task();
    });
    if (is_taken) return;
    shared_.fail(pending, {Errc::queue_full, k_pool_is_full, {}, {}});
    end_task();
}

TrackerJobs::Answer TrackerJobs::work_out_here(const TrackerJob& job, const session::StoredTrackers* stored,
                                               text::Tokenizer& tokenizer) {
    return session::work_out(job, stored, [&](detect::TrackerListDefinition definition) {
        return compiler_.compile(std::move(definition), tokenizer);
    });
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
