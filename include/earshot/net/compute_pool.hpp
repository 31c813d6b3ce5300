#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace earshot::net {

/// A fixed number of threads for work that would hold up an I/O thread, behind a queue with a bound: a full queue is an
/// answer, never a wait. The queue is first in, first out; with several threads, tasks may end in another order.
///
/// Its owner creates it before what posts to it. Destruction runs everything that was accepted, then joins.
class ComputePool {
public:
    using Task = std::function<void()>;

    /// Starts `threads` threads (at least one is started). At most `queue` accepted tasks may wait for a thread.
    ComputePool(std::size_t threads, std::size_t queue);
    ~ComputePool();
    ComputePool(const ComputePool&) = delete;
    ComputePool& operator=(const ComputePool&) = delete;

    /// Hands over `task`, from any thread, also from a task. False, and nothing is taken: the queue is full or close()
    /// was called. A task that throws ends the program, so it must turn what may fail into an answer.
    [[nodiscard]] bool post(Task task);

    /// Accepts nothing more; what was accepted still runs. Any thread, any number of times.
    void close();

    /// Tasks that wait for a thread, for metrics. Any thread.
    std::size_t waiting() const;
    std::size_t threads() const noexcept { return threads_.size(); }

private:
    void run();

    const std::size_t queue_limit_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Task> queue_;
    bool closed_ = false;
    std::vector<std::jthread> threads_;  // last: they use all of the above, and are joined first
};

}  // namespace earshot::net
