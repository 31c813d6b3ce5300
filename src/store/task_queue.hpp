#pragma once

#include "earshot/store/database.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

namespace earshot::store {

/// Transactions that wait for a thread. They are taken in the order in which they came, but that a bounded number of
/// those that write is under way at once: they may have to wait for others of their account, and readers go past them.
/// Needs a lock around it.
class TaskQueue {
public:
    /// `most_writers`: how many may be under way; at least one.
    explicit TaskQueue(std::size_t most_writers) : most_writers_(most_writers) {}

    void push(Database::Task task) {
        auto& queue = task.access == Access::write ? writes_ : reads_;
        queue.push_back({next_++, std::move(task)});
    }

    /// The next that may run, if there is one. One that writes is under way until end_write().
    std::optional<Database::Task> take() {
        const bool may_write = writers_ < most_writers_ && !writes_.empty();
        if (may_write && (reads_.empty() || writes_.front().number < reads_.front().number)) {
            ++writers_;
            return take_from(writes_);
        }
        if (reads_.empty()) return std::nullopt;
        return take_from(reads_);
    }

    void end_write() noexcept { --writers_; }

    std::size_t size() const noexcept { return reads_.size() + writes_.size(); }

private:
    struct Waiting {
        std::uint64_t number;  // in the order of all
        Database::Task task;
    };

    static Database::Task take_from(std::deque<Waiting>& queue) {
        Database::Task task = std::move(queue.front().task);
        queue.pop_front();
        return task;
    }

    const std::size_t most_writers_;
    std::deque<Waiting> reads_;
    std::deque<Waiting> writes_;
    std::uint64_t next_ = 0;
    std::size_t writers_ = 0;  // under way
};

}  // namespace earshot::store
