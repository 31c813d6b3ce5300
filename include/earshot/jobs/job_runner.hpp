#pragma once

#include "earshot/base/time.hpp"
#include "earshot/jobs/worker.hpp"
#include "earshot/net/job_desk.hpp"
#include "earshot/store/job_store.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace earshot::jobs {

struct RunnerOptions {
    std::string owner;                ///< unique to this runner
    std::size_t threads = 2;          ///< jobs that are worked on at once; at least one
    std::size_t account_jobs = 1000;  ///< of one account that are not done
    int attempts = 10;  ///< how often a job is begun before it has failed: whoever brings it down does so too
    /// After which others may take up the job of a dead runner; longer than a transaction of the store may take.
    base::Duration lease = std::chrono::seconds(30);
    base::Duration heartbeat = std::chrono::seconds(4);           ///< how often leases are renewed; well below `lease`
    base::Duration poll = std::chrono::seconds(1);                ///< how often jobs of others are looked for
    base::Duration first_pause = std::chrono::milliseconds(200);  ///< before a store that failed is asked again
    base::Duration longest_pause = std::chrono::seconds(5);

    /// There may be something to be told of a job. Called on any thread; must not wait.
    std::function<void()> on_change = {};
    /// A line for the log: a job has failed, or was tried in vain. Called on the runner's threads.
    std::function<void(const store::JobRecord& job, const std::string& what)> on_trouble = {};
};

/// From the beginning, but for those "now".
struct RunnerFigures {
    std::uint64_t completed = 0;
    std::uint64_t failed = 0;
    std::uint64_t retried = 0;  ///< given back to be tried again
    std::uint64_t lost = 0;     ///< let go: somebody else took them, or their conversation is gone
    std::size_t running = 0;    ///< now
};

/// Works on the jobs of a store, as many at once as it has threads, which have a low priority: live sessions come
/// first. Takes a job at once where a thread is free; else jobs wait in the store, where other servers find them too.
/// Jobs of a server that died are taken up when their leases are over.
///
/// A job that is done ends in the same transaction in which its results come into force; one that was worked on twice,
/// since its first runner seemed dead, ends once.
class JobRunner final : public net::JobDesk {
public:
    /// `store` outlives the runner, as do the `workers`, by the kinds of their jobs. A job of another kind has failed.
    JobRunner(store::JobStore& store, std::map<std::string, Worker*> workers, RunnerOptions options);

    /// Stops what is being worked on, gives it back to the store as far as that answers, and joins. Afterwards neither
    /// the store is called any more nor the options' functions.
    ~JobRunner() override;
    JobRunner(const JobRunner&) = delete;
    JobRunner& operator=(const JobRunner&) = delete;

    void submit(store::NewJob job, store::Done<store::JobRecord> done) override;
    void show(std::string account, std::string id, store::Done<store::JobRecord> done) override;

    /// Any thread.
    RunnerFigures figures() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace earshot::jobs
