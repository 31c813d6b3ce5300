#include "earshot/jobs/job_runner.hpp"

#include "earshot/base/growing_pause.hpp"
#include "earshot/base/thread_priority.hpp"
#include "earshot/net/wall_clock.hpp"

#include "await.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace earshot::jobs {

using base::Error;
using base::MonotonicTime;
using base::Result;
using net::wall_now;
using store::ClaimedJob;
using store::JobOutcome;
using store::JobRecord;
using store::JobState;

namespace {

MonotonicTime now() {
    return std::chrono::steady_clock::now();
}

/// How often the store may fail at a job's results: some two minutes at least.
constexpr int k_tries = 30;

}  // namespace

class JobRunner::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(store::JobStore& store, std::map<std::string, Worker*> workers, RunnerOptions options)
        : store_(store), workers_(std::move(workers)), options_(std::move(options)) {
        options_.threads = std::max<std::size_t>(options_.threads, 1);
        free_ = options_.threads;
    }

    void start() {
        for (std::size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { work(); });
        threads_.emplace_back([this] { seek(); });
        threads_.emplace_back([this] { beat(); });
    }

    void stop() {
        {
            const std::lock_guard lock(mutex_);
            is_stopping_ = true;
            for (const auto& [id, running] : running_) running->stop.request_stop();
        }
        changed_.notify_all();
        for (std::thread& thread : threads_) thread.join();
        for (const ClaimedJob& job : take_queue()) give_up(job.job);  // that came when nobody was there any more
        const std::lock_guard told(told_mutex_);
        options_.on_change = nullptr;
        options_.on_trouble = nullptr;
    }

    void submit(store::NewJob job, store::Done<JobRecord> done) {
        const bool has_place = reserve();
        const std::optional<store::Lease> claim = has_place ? std::optional(lease()) : std::nullopt;
        std::string request = has_place ? job.request : std::string();
        store_.create(std::move(job), options_.account_jobs, claim, wall_now(),
                      [self = shared_from_this(), has_place, request = std::move(request),
                       done = std::move(done)](Result<JobRecord> kept) mutable {
                          const bool is_ours = has_place && kept && kept->state == JobState::in_progress;
                          if (is_ours) {
                              self->accept({*kept, std::move(request)});
                          } else {
                              self->look_for_more(has_place);
                          }
                          if (kept) self->tell_change();
                          done(std::move(kept));
                      });
    }

    void show(std::string account, std::string id, store::Done<JobRecord> done) {
        store_.get(std::move(account), std::move(id),
                   [self = shared_from_this(), done = std::move(done)](Result<JobRecord> kept) {
                       if (kept && kept->state == JobState::in_progress) {
                           kept->progress = std::max(kept->progress, self->progress_of(kept->id));
                       }
                       done(std::move(kept));
                   });
    }

    RunnerFigures figures() const {
        const std::lock_guard lock(mutex_);
        RunnerFigures figures = figures_;
        figures.running = running_.size();
        return figures;
    }

private:
    /// A job that is worked on.
    struct Running {
        std::stop_source stop;
        std::atomic<double> progress = 0;
    };

    store::Lease lease() const {
        return {options_.owner, wall_now() + std::chrono::duration_cast<base::WallTime::duration>(options_.lease)};
    }

    // ---- Places ----------------------------------------------------------------------------------------------------
    // Each job that is claimed has a place: a thread that is free for it, or will be at once.

    /// A place for a new job, unless others may be waiting for it.
    bool reserve() {
        const std::lock_guard lock(mutex_);
        if (is_stopping_ || others_wait_ || free_ == 0) return false;
        --free_;
        return true;
    }

    void accept(ClaimedJob job) {
        {
            const std::lock_guard lock(mutex_);
            queue_.push_back(std::move(job));
        }
        changed_.notify_all();
    }

    /// There may be jobs to claim, and with `gives_back` there is a place again.
    void look_for_more(bool gives_back) {
        {
            const std::lock_guard lock(mutex_);
            if (gives_back) ++free_;
            wants_more_ = others_wait_ = true;
        }
        changed_.notify_all();
    }

    double progress_of(const std::string& id) const {
        const std::lock_guard lock(mutex_);
        const auto running = running_.find(id);
        return running == running_.end() ? 0 : running->second->progress.load();
    }

    std::deque<ClaimedJob> take_queue() {
        const std::lock_guard lock(mutex_);
        return std::exchange(queue_, {});
    }

    // ---- The seeking thread: claims jobs for free places -----------------------------------------------------------

    void seek() {
        base::GrowingPause pause(options_.first_pause, options_.longest_pause);
        MonotonicTime next_look = now();
        std::unique_lock lock(mutex_);
        bool is_resting = false;  // the store failed: nobody's wish makes it answer sooner
        while (true) {
            changed_.wait_until(lock, free_ > 0 ? next_look : now() + options_.poll,
                                [&] { return is_stopping_ || (wants_more_ && free_ > 0 && !is_resting); });
            if (is_stopping_) return;
            const bool is_due = now() >= next_look;
            if (free_ == 0 || !(is_due || (wants_more_ && !is_resting))) continue;
            --free_;
            wants_more_ = false;
            lock.unlock();
            auto claimed = await<std::optional<ClaimedJob>>(
                [&](auto done) { store_.claim(lease(), wall_now(), std::move(done)); });
            lock.lock();
            is_resting = !claimed;
            if (claimed) others_wait_ = claimed->has_value();  // where there was one, there may be more
            if (claimed && *claimed) {
                queue_.push_back(std::move(**claimed));
                wants_more_ = true;
                pause.reset();
                changed_.notify_all();
                lock.unlock();
                tell_change();
                lock.lock();
                continue;
            }
            ++free_;
            next_look = now() + (claimed ? options_.poll : pause.take());
            if (claimed) pause.reset();
        }
    }

    // ---- The beating thread: renews the leases of what is worked on ------------------------------------------------

    void beat() {
        std::unique_lock lock(mutex_);
        while (!changed_.wait_for(lock, options_.heartbeat, [this] { return is_stopping_; })) {
            const auto all = running_;
            lock.unlock();
            for (const auto& [id, running] : all) renew(id, running);
            lock.lock();
        }
    }

    void renew(const std::string& id, const std::shared_ptr<Running>& running) {
        store_.renew(id, lease(), running->progress, [weak = std::weak_ptr(running)](const Result<bool>& renewed) {
            const auto still = weak.lock();
            if (still && renewed && !*renewed) still->stop.request_stop();
        });
    }

    // ---- The working threads ---------------------------------------------------------------------------------------

    void work() {
        base::lower_priority_of_this_thread();
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [this] { return is_stopping_ || !queue_.empty(); });
            if (queue_.empty()) return;
            const ClaimedJob job = std::move(queue_.front());
            queue_.pop_front();
            // One whose lease was over while the store did not answer is claimed once more by who works on it.
            if (const auto running = std::make_shared<Running>(); running_.emplace(job.job.id, running).second) {
                running->progress = job.job.progress;
                if (is_stopping_) running->stop.request_stop();
                lock.unlock();
                const bool is_to_be_released = run(job, *running);
                lock.lock();
                running_.erase(job.job.id);
                if (is_to_be_released) {
                    lock.unlock();
                    give_up(job.job);
                    lock.lock();
                }
            }
            ++free_;
            wants_more_ = true;
            changed_.notify_all();
        }
    }

    /// True: it is still this runner's, neither done nor wanted, and others may have it.
    bool run(const ClaimedJob& job, Running& running) {
        Result<std::vector<detect::ConversationChange>> made = attempt(job, running);
        if (running.stop.stop_requested()) return let_go();
        if (!made && is_to_be_tried_again(job.job, made.error())) return give_back(job.job, made.error());
        JobOutcome outcome;
        if (made) {
            outcome.changes = std::move(*made);
        } else {
            outcome = failure(job.job, made.error());
        }
        return finish(job.job, std::move(outcome), running);
    }

    Result<std::vector<detect::ConversationChange>> attempt(const ClaimedJob& job, Running& running) {
        const auto worker = workers_.find(job.job.kind);
        if (worker == workers_.end()) {
            return Error{
                base::Errc::unsupported, "this server does no jobs of the kind \"" + job.job.kind + '"', {}, {}};
        }
        if (job.job.attempts > options_.attempts) {
            return Error{base::Errc::invalid_value,
                         "it was begun " + std::to_string(options_.attempts) + " times and never ended",
                         {},
                         {}};
        }
        try {
            return worker->second->work(
                job, {running.stop.get_token(), [&](double share) { running.progress = std::clamp(share, 0.0, 1.0); }});
        } catch (const std::exception& thrown) {
            return Error{base::Errc::internal, "the server failed at it", {}, thrown.what()};
        }
    }

    bool is_to_be_tried_again(const JobRecord& job, const Error& error) const {
        return base::may_pass(error.code) || (counts(error) && job.attempts < options_.attempts);
    }

    /// Where nothing around the job is known to be the reason, it may be the job's own.
    static bool counts(const Error& error) {
        return error.code == base::Errc::internal || error.code == base::Errc::io_failed;
    }

    JobOutcome failure(const JobRecord& job, const Error& error) {
        tell_trouble(job, error);
        JobOutcome outcome;
        outcome.state = JobState::failed;
        outcome.error = error.message;
        return outcome;
    }

    bool finish(const JobRecord& job, JobOutcome outcome, Running& running) {
        base::GrowingPause pause(options_.first_pause, options_.longest_pause);
        for (int tries = 0; tries < k_tries; ++tries) {
            const auto ended = await<bool>(
                [&](auto done) { store_.finish(job.id, options_.owner, outcome, wall_now(), std::move(done)); });
            if (ended) {
                count(!*ended                                ? &RunnerFigures::lost
                      : outcome.state == JobState::completed ? &RunnerFigures::completed
                                                             : &RunnerFigures::failed);
                tell_change();
                return false;
            }
            const Error& error = ended.error();
            if (!base::may_pass(error.code) && !counts(error)) {
                if (outcome.state == JobState::failed) break;
                outcome = failure(job, {error.code, "its results could not be stored", {}, error.message});
                continue;
            }
            if (!rest(pause.take(), running)) return let_go();
        }
        // When its lease is over, it is tried once more, which counts: it may be too much for the store.
        count(&RunnerFigures::retried);
        tell_trouble(job, {base::Errc::io_failed, "its results could not be stored", {}, {}});
        return false;
    }

    /// Whether it is still this runner's.
    bool let_go() {
        const std::lock_guard lock(mutex_);
        ++figures_.lost;
        return is_stopping_;
    }

    bool give_back(const JobRecord& job, const Error& error) {
        count(&RunnerFigures::retried);
        tell_trouble(job, error);
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, options_.first_pause, [this] { return is_stopping_; });
        return !counts(error);  // one whose attempt counts is left to the end of its lease
    }

    void give_up(const JobRecord& job) {
        (void)await<bool>([&](auto done) { store_.release(job.id, options_.owner, std::move(done)); });
    }

    /// False: the job is to be let go.
    bool rest(base::Duration pause, const Running& running) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, pause, [this] { return is_stopping_; });
        return !is_stopping_ && !running.stop.stop_requested();
    }

    // ---- What is told ----------------------------------------------------------------------------------------------

    void count(std::uint64_t RunnerFigures::* figure) {
        const std::lock_guard lock(mutex_);
        ++(figures_.*figure);
    }

    void tell_change() {
        const std::lock_guard lock(told_mutex_);
        if (options_.on_change) options_.on_change();
    }

    void tell_trouble(const JobRecord& job, const Error& error) {
        const std::lock_guard lock(told_mutex_);
        if (options_.on_trouble) {
            options_.on_trouble(job, error.details.empty() ? error.message : error.message + ": " + error.details);
        }
    }

    store::JobStore& store_;
    const std::map<std::string, Worker*> workers_;
    RunnerOptions options_;  // its functions: under told_mutex_

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool is_stopping_ = false;
    bool wants_more_ = true;    // a claim may give a job
    bool others_wait_ = false;  // jobs that nobody claimed yet, before which a new one must not come
    std::size_t free_ = 0;      // places
    std::deque<ClaimedJob> queue_;
    std::map<std::string, std::shared_ptr<Running>> running_;  // by job
    RunnerFigures figures_;

    std::mutex told_mutex_;
    std::vector<std::thread> threads_;
};

JobRunner::JobRunner(store::JobStore& store, std::map<std::string, Worker*> workers, RunnerOptions options)
    : impl_(std::make_shared<Impl>(store, std::move(workers), std::move(options))) {
    impl_->start();
}

JobRunner::~JobRunner() {
    impl_->stop();
}

void JobRunner::submit(store::NewJob job, store::Done<JobRecord> done) {
    impl_->submit(std::move(job), std::move(done));
}

void JobRunner::show(std::string account, std::string id, store::Done<JobRecord> done) {
    impl_->show(std::move(account), std::move(id), std::move(done));
}

RunnerFigures JobRunner::figures() const {
    return impl_->figures();
}

}  // namespace earshot::jobs
