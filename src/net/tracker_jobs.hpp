#pragma once

#include "earshot/net/compute_pool.hpp"
#include "earshot/session/tracker_job.hpp"
#include "earshot/text/tokenizer.hpp"

#include "compile_service.hpp"
#include "stored_tracker_cache.hpp"

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace earshot::net {

/// Works out what becomes of the trackers that sessions bring: small lists of start messages on the calling thread, all
/// else on the pool, with the account's stored trackers where they are wanted. Sessions that want all stored trackers
/// and no other share one answer, which is made anew as soon as those change. Any thread.
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

    /// What comes of `job`, at once, or none: then `later` is called with it, once, from another thread. Errors of its
    /// steps: those of session::work_out; Errc::queue_full if too much is being worked out.
    std::optional<Answer> work_out(session::TrackerJob job, const std::string& account, text::Tokenizer& tokenizer,
                                   Later later);

    /// The account's stored trackers are others now.
    void on_stored(const std::string& account, const StoredTrackerCache::Snapshot& snapshot);

private:
    using Snapshot = StoredTrackerCache::Snapshot;
    using Job = std::shared_ptr<const session::TrackerJob>;

    // What sessions get that want all stored trackers of an account and no other.
    struct AllStored {
        std::string account;
        session::TrackerJob job;
        Snapshot snapshot;
        Answer answer;
    };

    void post(const Job& job, const std::string& account, const Snapshot& snapshot, Later later);
    Answer work_out_here(const session::TrackerJob& job, const session::StoredTrackers* stored,
                         text::Tokenizer& tokenizer);
    std::optional<Answer> find_all_stored(const session::TrackerJob& job, const std::string& account,
                                          const Snapshot& snapshot) const;
    void keep_all_stored(const session::TrackerJob& job, const std::string& account, const Snapshot& snapshot,
                         const Answer& answer);
    void begin_task();
    void end_task();

    CompileService& compiler_;
    ComputePool& pool_;
    StoredTrackerCache& stored_;
    mutable std::mutex mutex_;
    std::vector<AllStored> all_stored_;  // the last used at the end
    std::size_t tasks_ = 0;              // under way elsewhere
    std::condition_variable no_tasks_;
};

}  // namespace earshot::net
