#include "earshot/encoder/batch_encoder.hpp"

#include "earshot/base/thread_priority.hpp"

#include "batch_queue.hpp"
#include "own_thread.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace earshot::encoder {
namespace {

void answer(const BatchJobs& jobs, Outcome outcome, std::span<const Vector> vectors) {
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const Encoded encoded{outcome, vectors.empty() ? nullptr : vectors[i]};
        for (const BatchEncoder::Done& done : jobs[i]->waiting) done(encoded);
    }
}

}  // namespace

class BatchEncoder::Impl {
public:
    Impl(std::shared_ptr<SequenceModel> model, Sequencer sequencer, const BatchOptions& options)
        : model_(std::move(model)),
          sequencer_(std::move(sequencer)),
          niceness_(options.niceness),
          cpu_seconds_(options.threads, 0),
          queue_(options.max_waiting, options.cache_bytes, options.patience) {}

    base::Result<void> start_threads() {
        for (std::size_t i = 0; i < cpu_seconds_.size(); ++i) {
            auto runner = model_->make_runner();
            if (!runner) return runner.error();
            threads_.emplace_back([this, i, own = std::move(*runner)] { work(*own, i); });
        }
        return {};
    }

    const Sequencer& sequencer() const noexcept { return sequencer_; }

    void submit(Sequence&& sequence, Done& done) {
        std::unique_lock lock(mutex_);
        const auto known = queue_.submit(std::move(sequence), done, std::chrono::steady_clock::now());
        lock.unlock();
        if (known) {
            done(*known);
        } else {
            something_waits_.notify_one();
        }
    }

    BatchStats stats() const {
        const std::lock_guard lock(mutex_);
        BatchStats stats = queue_.stats();
        for (const double seconds : cpu_seconds_) stats.cpu_seconds += seconds;
        return stats;
    }

    void stop() {
        std::call_once(stopped_, [this] {
            std::unique_lock lock(mutex_);
            const BatchJobs left = queue_.close();
            lock.unlock();
            something_waits_.notify_all();
            answer(left, Outcome::dropped, {});
            for (std::jthread& thread : threads_) thread.join();
        });
    }

private:
    void work(SequenceRunner& runner, std::size_t number) {
        base::lower_priority_of_this_thread(niceness_);
        TokenBatch tokens;
        for (BatchJobs jobs = take(); !jobs.empty(); jobs = take()) {
            const std::vector<Vector> vectors = encode(runner, jobs, tokens);
            std::unique_lock lock(mutex_);
            queue_.finish(jobs, vectors);
            cpu_seconds_[number] = thread_cpu_seconds();
            lock.unlock();
            answer(jobs, vectors.empty() ? Outcome::failed : Outcome::encoded, vectors);
        }
    }

    /// Waits for the next batch; none when there will not be any more.
    BatchJobs take() {
        std::unique_lock lock(mutex_);
        while (!queue_.is_closed()) {
            BatchJobs jobs = queue_.take(std::chrono::steady_clock::now());
            if (!jobs.empty()) return jobs;
            if (const auto due = queue_.due()) {
                something_waits_.wait_until(lock, *due);
            } else {
                something_waits_.wait(lock);
            }
        }
        return {};
    }

    /// One vector a job; none if the runtime failed.
    std::vector<Vector> encode(SequenceRunner& runner, const BatchJobs& jobs, TokenBatch& tokens) const {
        std::vector<const Sequence*> sequences;
        for (const auto& job : jobs) sequences.push_back(&job->sequence);
        sequencer_.batch(sequences, k_length_step, tokens);
        const std::size_t dimensions = model_->dimensions();
        std::vector<float> all(jobs.size() * dimensions);
        if (!runner.run(tokens, all)) return {};
        std::vector<Vector> vectors;
        for (auto at = all.begin(); at != all.end(); at += static_cast<std::ptrdiff_t>(dimensions)) {
            vectors.push_back(
                std::make_shared<const std::vector<float>>(at, at + static_cast<std::ptrdiff_t>(dimensions)));
        }
        return vectors;
    }

    const std::shared_ptr<SequenceModel> model_;
    const Sequencer sequencer_;
    const int niceness_;
    mutable std::mutex mutex_;  // guards what follows
    std::condition_variable something_waits_;
    std::vector<double> cpu_seconds_;  // of each thread
    BatchQueue queue_;
    std::once_flag stopped_;
    std::vector<std::jthread> threads_;  // last: they use all of the above
};

base::Result<std::unique_ptr<BatchEncoder>> BatchEncoder::start(std::shared_ptr<SequenceModel> model,
                                                                Sequencer sequencer, const BatchOptions& options) {
    std::unique_ptr<BatchEncoder> encoder(
        new BatchEncoder(std::make_unique<Impl>(std::move(model), std::move(sequencer), options)));
    if (auto started = encoder->impl_->start_threads(); !started) return started.error();
    return encoder;
}

BatchEncoder::BatchEncoder(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}

BatchEncoder::~BatchEncoder() {
    stop();
}

void BatchEncoder::submit(std::string_view text, Done done) {
    impl_->submit(impl_->sequencer().sequence(text), done);
}

void BatchEncoder::submit(std::span<const semantic::Piece> text, Done done) {
    impl_->submit(impl_->sequencer().sequence(text), done);
}

BatchStats BatchEncoder::stats() const {
    return impl_->stats();
}

void BatchEncoder::stop() {
    impl_->stop();
}

}  // namespace earshot::encoder
