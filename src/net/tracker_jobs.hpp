#pragma once

#include "earshot/net/compute_pool.hpp"
#include "earshot/session/tracker_job.hpp"
#include "earshot/text/tokenizer.hpp"

#include "compile_service.hpp"
#include "shared_answers.hpp"
#include "stored_tracker_cache.hpp"

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace earshot::net {

/// Works out what becomes of the trackers that sessions bring: small lists of start messages on the calling thread, all
/// else on the pool, with the account's stored trackers where they are wanted. Sessions that want all stored trackers
/// and no other share one answer, which is made anew as soon as those change, and so do sessions with equal lists that
/// follow the change. Any thread.
class TrackerJobs {
public:
    using Answer = session::TrackerJobResult;
    using Later = std::function<void(Answer)>;

    /// All outlive this.
    TrackerJobs(CompileService& compiler, ComputePool& pool, StoredTrackerCache& stored)
        : compiler_(compiler), pool_(pool), stored_(stored) {}

    /// Waits for what is under way.
    ~TrackerJobs();
    TrackerJobs(const TrackerJobs&) = delete;
    TrackerJobs& operator=(const TrackerJobs&) = delete;

    /// What comes of `job`, at once, or none: then `later` is called with it, once, on any thread. Errors of its
    /// steps: those of session::work_out; Errc::queue_full if too much is being worked out.
    std::optional<Answer> work_out(session::TrackerJob job, const std::string& account, text::Tokenizer& tokenizer,
                                   Later later);

    /// The account's stored trackers are others now.
    void on_stored(const std::string& account, const StoredTrackerCache::Snapshot& snapshot);

private:
    using Snapshot = StoredTrackerCache::Snapshot;
    using Job = SharedAnswers::Job;

    /// As work_out, now that the stored trackers are known.
    std::optional<Answer> answer(const Job& job, const std::string& account, const Snapshot& snapshot, Later later);
    void post(const Job& job, const Snapshot& snapshot, Later later);
    void post_shared(const Job& job, const Snapshot& snapshot, std::shared_ptr<SharedAnswers::Pending> pending);
    Answer work_out_here(const session::TrackerJob& job, const session::StoredTrackers* stored,
                         text::Tokenizer& tokenizer);
    void begin_task();
    void end_task();

    CompileService& compiler_;
    ComputePool& pool_;
    StoredTrackerCache& stored_;
    SharedAnswers shared_;
    std::mutex mutex_;
    std::size_t tasks_ = 0;  // under way elsewhere
    std::condition_variable no_tasks_;
};

}  // namespace earshot::net
