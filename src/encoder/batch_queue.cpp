#include "batch_queue.hpp"

#include "batch_choice.hpp"

#include <algorithm>
#include <utility>

namespace earshot::encoder {
namespace {

/// How many of the oldest windows are looked at for those of like length.
constexpr std::size_t k_looked_at = 64;

constexpr BatchBounds k_bounds{BatchEncoder::k_max_rows, BatchEncoder::k_max_tokens, BatchEncoder::k_length_step};

}  // namespace

std::optional<Encoded> BatchQueue::submit(Sequence&& sequence, BatchEncoder::Done& done, TimePoint now) {
    if (!is_closed_) {
        if (Vector known = cache_.find(sequence)) {
            ++stats_.cache_hits;
            return Encoded{Outcome::encoded, std::move(known)};
        }
    }
    if (is_closed_ || stats_.waiting >= max_waiting_) {
        ++stats_.refused;
        return Encoded{Outcome::refused, nullptr};
    }
    ++stats_.waiting;
    if (const auto open = open_.find({sequence}); open != open_.end()) {
        ++stats_.joined;
        open->second->waiting.push_back(std::move(done));
        return std::nullopt;
    }
    auto job = std::make_shared<BatchJob>();
    job->sequence = std::move(sequence);
    job->since = now;
    job->waiting.push_back(std::move(done));
    open_.emplace(SequenceKey{job->sequence}, job);
    queue_.push_back(std::move(job));
    return std::nullopt;
}

BatchJobs BatchQueue::take(TimePoint now) {
    if (queue_.empty()) return {};
    const std::vector<std::size_t> chosen = next_batch();
    const bool is_full = chosen.size() == k_bounds.rows || chosen.size() < queue_.size();
    if (!is_full && now < *due()) return {};

    BatchJobs batch;
    for (const std::size_t i : chosen) batch.push_back(std::move(queue_[i]));
    std::erase(queue_, nullptr);
    return batch;
}

std::vector<std::size_t> BatchQueue::next_batch() const {
    std::vector<std::size_t> lengths(std::min(queue_.size(), k_looked_at));
    for (std::size_t i = 0; i < lengths.size(); ++i) lengths[i] = queue_[i]->sequence.size();
    return choose_batch(lengths, k_bounds);
}

std::optional<TimePoint> BatchQueue::due() const {
    if (queue_.empty()) return std::nullopt;
    return queue_.front()->since + patience_;
}

void BatchQueue::finish(const BatchJobs& jobs, std::span<const Vector> vectors) {
    ++stats_.batches;
    std::size_t longest = 0;
    for (const auto& job : jobs) longest = std::max(longest, job->sequence.size());
    const std::size_t padded =
        (longest + BatchEncoder::k_length_step - 1) / BatchEncoder::k_length_step * BatchEncoder::k_length_step;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const BatchJob& job = *jobs[i];
        forget(job);
        stats_.tokens += job.sequence.size();
        stats_.padding += padded - job.sequence.size();
        if (vectors.empty()) {
            stats_.failed += job.waiting.size();
        } else {
            ++stats_.encoded;
            cache_.insert(job.sequence, vectors[i]);
        }
    }
}

BatchJobs BatchQueue::close() {
    is_closed_ = true;
    BatchJobs left(std::make_move_iterator(queue_.begin()), std::make_move_iterator(queue_.end()));
    queue_.clear();
    for (const auto& job : left) {
        forget(*job);
        stats_.dropped += job->waiting.size();
    }
    return left;
}

void BatchQueue::forget(const BatchJob& job) {
    open_.erase({job.sequence});
    stats_.waiting -= job.waiting.size();
}

}  // namespace earshot::encoder
