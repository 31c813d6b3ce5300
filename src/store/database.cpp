#include "earshot/store/database.hpp"

#include "availability.hpp"
#include "backend.hpp"
#include "prepare_schema.hpp"
#include "task_queue.hpp"
#include "watchdog.hpp"
#include "worker.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>
#include <utility>
#include <vector>

namespace earshot::store {
namespace {

base::MonotonicTime now() {
    return std::chrono::steady_clock::now();
}

/// Waits a moment; not, and false, after `end`.
bool pause_until(base::MonotonicTime end) {
    if (now() >= end) return false;
    // At random, so that servers that were started at the same time do not meet again.
    std::uniform_int_distribution<int> pause(20, 100);
    std::random_device random;
    std::this_thread::sleep_for(std::chrono::milliseconds(pause(random)));
    return true;
}

}  // namespace

class Database::Impl {
public:
    Impl(std::unique_ptr<Backend> backend, const DatabaseOptions& options)
        : backend_(std::move(backend)),
          queue_limit_(options.queue),
          on_change_(options.on_change),
          queue_(std::max<std::size_t>(options.threads, 2) - 1),
          availability_(options.first_probe, options.longest_probe),
          watchdog_(options.transaction_timeout, [this](const base::Error& away) { note(&away); }) {
        threads_.reserve(std::max<std::size_t>(options.threads, 1));
        try {
            while (threads_.size() < threads_.capacity()) threads_.emplace_back([this] { run(); });
        } catch (...) {
            close();  // the system gave too few threads: those that run must end before they are joined
            throw;
        }
    }
    ~Impl() { close(); }

    void submit(Task task) {
        base::Error refusal{base::Errc::store_away, "the database cannot be reached", {}, {}};
        {
            const std::lock_guard lock(mutex_);
            if (availability_.is_reachable() && queue_.size() < queue_limit_) {
                queue_.push(std::move(task));
                changed_.notify_one();
                return;
            }
            if (availability_.is_reachable())
                refusal = {base::Errc::queue_full, "too much waits for the database", {}, {}};
        }
        task.done(&refusal);
    }

    bool is_reachable() const {
        const std::lock_guard lock(mutex_);
        return availability_.is_reachable();
    }

    std::size_t waiting() const {
        const std::lock_guard lock(mutex_);
        return queue_.size();
    }

    std::uint64_t retries() const noexcept { return retries_; }

private:
    void close() {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        changed_.notify_all();
    }

    /// A thread: runs what is in the queue, and in between looks for a database that is away. Ends when the queue is
    /// closed and holds nothing for it: what waits behind those that write is run by their threads.
    void run() {
        Worker worker(*backend_, [this](const base::Error* away) { note(away); }, retries_, watchdog_);
        std::unique_lock lock(mutex_);
        while (true) {
            if (auto task = queue_.take()) {
                serve(worker, std::move(*task), lock);
            } else if (closed_) {
                return;
            } else if (availability_.begin_probe(now())) {
                lock.unlock();
                worker.probe();
                lock.lock();
            } else if (const auto due = availability_.next_probe()) {
                changed_.wait_until(lock, *due);
            } else {
                changed_.wait(lock);
            }
        }
    }

    void serve(Worker& worker, Task task, std::unique_lock<std::mutex>& lock) {
        const bool is_reachable = availability_.is_reachable();
        lock.unlock();
        [&]() noexcept {
            std::optional<base::Error> error;
            if (is_reachable) {
                error = worker.serve(task);
            } else {
                error = {base::Errc::store_away, "the database cannot be reached", {}, {}};
            }
            task.done(error ? &*error : nullptr);
        }();
        const bool has_written = task.access == Access::write;
        task = {};  // what it holds goes before the mutex is held
        lock.lock();
        if (!has_written) return;
        queue_.end_write();
        changed_.notify_one();  // one that writes may have waited for this
    }

    /// Under a mutex of its own, so that changes are told in their order while nobody else is held up.
    void note(const base::Error* away) {
        const std::lock_guard telling(telling_);
        if (take_down(!away) && on_change_) on_change_(away);
    }

    /// Whether this is a change.
    bool take_down(bool is_there) {
        const std::lock_guard lock(mutex_);
        const bool was_there = availability_.is_reachable();
        is_there ? availability_.succeeded() : availability_.failed(now());
        return was_there != is_there;
    }

    const std::unique_ptr<Backend> backend_;
    const std::size_t queue_limit_;
    const std::function<void(const base::Error*)> on_change_;
    std::atomic<std::uint64_t> retries_ = 0;
    std::mutex telling_;  // locked before the next
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    TaskQueue queue_;
    Availability availability_;
    bool closed_ = false;
    Watchdog watchdog_;
    std::vector<std::jthread> threads_;  // last: they use all of the above, and are joined first
};

base::Result<std::unique_ptr<Database>> Database::open(DatabaseOptions options) {
    auto backend = make_backend(options);
    if (!backend) return backend.error();
    const base::MonotonicTime end = now() + k_most_attempts * options.lock_timeout;
    if (auto error = prepare_schema(**backend, [end] { return pause_until(end); })) {
        error->code = base::Errc::io_failed;
        return *error;
    }
    return std::unique_ptr<Database>(new Database(std::make_unique<Impl>(std::move(*backend), options)));
}

Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Database::~Database() = default;

void Database::submit(Task task) {
    impl_->submit(std::move(task));
}

bool Database::is_reachable() const {
    return impl_->is_reachable();
}

std::size_t Database::waiting() const {
    return impl_->waiting();
}

std::uint64_t Database::retries() const noexcept {
    return impl_->retries();
}

}  // namespace earshot::store
