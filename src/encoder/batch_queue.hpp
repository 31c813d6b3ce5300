#pragma once

#include "earshot/encoder/batch_encoder.hpp"

#include "sequence_hash.hpp"
#include "vector_cache.hpp"

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace earshot::encoder {

using TimePoint = std::chrono::steady_clock::time_point;

/// A window that goes through the model, and all who wait for its vector.
struct BatchJob {
    Sequence sequence;
    TimePoint since;
    std::vector<BatchEncoder::Done> waiting;
};

using BatchJobs = std::vector<std::shared_ptr<BatchJob>>;

/// What waits, what is being encoded and what is remembered. Told the time; no locks, no threads: one at a time.
class BatchQueue {
public:
    BatchQueue(std::size_t max_waiting, std::size_t cache_bytes, std::chrono::microseconds patience) noexcept
        : max_waiting_(max_waiting), patience_(patience), cache_(cache_bytes) {}

    /// What `submit` has to answer at once; none: `done` was taken, and will be among those of a job.
    std::optional<Encoded> submit(Sequence&& sequence, BatchEncoder::Done& done, TimePoint now);

    /// Takes the next batch, if it is full or its oldest window has waited long enough.
    BatchJobs take(TimePoint now);
    /// When `take` has something at the latest; none if nothing waits.
    std::optional<TimePoint> due() const;

    /// Ends the jobs of a batch; what they are answered is the caller's to tell, to all that `waiting` of each holds
    /// now. `vectors`: one for each job, or none if the batch failed.
    void finish(const BatchJobs& jobs, std::span<const Vector> vectors);

    /// Takes all that was not taken yet. What is submitted from now on is refused.
    BatchJobs close();
    bool is_closed() const noexcept { return is_closed_; }

    const BatchStats& stats() const noexcept { return stats_; }

private:
    std::vector<std::size_t> next_batch() const;
    void forget(const BatchJob& job);

    std::size_t max_waiting_;
    std::chrono::microseconds patience_;
    bool is_closed_ = false;
    std::deque<std::shared_ptr<BatchJob>> queue_;
    std::unordered_map<SequenceKey, std::shared_ptr<BatchJob>, SequenceHash> open_;  // in the queue or in a batch
    VectorCache cache_;
    BatchStats stats_;
};

}  // namespace earshot::encoder
