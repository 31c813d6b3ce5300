#include "earshot/net/compute_pool.hpp"

#include <algorithm>
#include <utility>

namespace earshot::net {

ComputePool::ComputePool(std::size_t threads, std::size_t queue) : queue_limit_(queue) {
    threads_.reserve(std::max<std::size_t>(threads, 1));
    try {
        while (threads_.size() < threads_.capacity()) threads_.emplace_back([this] { run(); });
    } catch (...) {
        close();  // the system gave too few threads: those that run must end before they are joined
        throw;
    }
}

ComputePool::~ComputePool() {
    close();
}

bool ComputePool::post(Task task) {
    {
        const std::lock_guard lock(mutex_);
        if (closed_ || queue_.size() >= queue_limit_) return false;
        queue_.push_back(std::move(task));
    }
    changed_.notify_one();
    return true;
}

void ComputePool::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    changed_.notify_all();
}

std::size_t ComputePool::waiting() const {
    const std::lock_guard lock(mutex_);
    return queue_.size();
}

/// Ends when the pool is closed and nothing waits any more.
void ComputePool::run() {
    while (true) {
        Task task;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return closed_ || !queue_.empty(); });
            if (queue_.empty()) return;
            task = std::move(queue_.front());
            queue_.pop_front();
        }
        [&]() noexcept { task(); }();
    }
}

}  // namespace earshot::net
