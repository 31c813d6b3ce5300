#include "earshot/meaning/semantic_scorer.hpp"

#include "low_priority.hpp"
#include "scoring.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace earshot::meaning {
namespace {

/// From half of the encoder's queue on, fewer windows are sent there; from nine tenths on, none.
constexpr double k_busy = 0.5;
constexpr double k_overloaded = 0.9;

/// The least gate value of windows that are sent to an encoder with this load.
double least_gate(double load, double margin) noexcept {
    if (load >= k_overloaded) return std::numeric_limits<double>::infinity();
    if (load <= k_busy) return -std::numeric_limits<double>::infinity();
    return margin * ((load - k_busy) / (k_overloaded - k_busy) - 1);
}

}  // namespace

class SemanticScorer::Impl {
public:
    Impl(const Instruments& instruments, Fitter& fitter, const SemanticScorerOptions& options)
        : instruments_(instruments), fitter_(fitter), options_(options) {
        for (std::size_t i = 0; i < std::max<std::size_t>(options.threads, 1); ++i) {
            threads_.emplace_back([this] { run(); });
        }
    }

    ~Impl() {
        {
            const std::lock_guard lock(mutex_);
            is_closed_ = true;
        }
        changed_.notify_all();
        for (std::thread& thread : threads_) thread.join();
    }

    void score(session::Score request, Answer answer) {
        {
            const std::lock_guard lock(mutex_);
            if (queue_.size() < options_.queue && !is_closed_) {
                queue_.push_back({std::move(request), std::move(answer)});
                changed_.notify_one();
                return;
            }
            ++counters_.refused;
        }
        detect::Opinion none;
        if (!request.is_open) none.not_evaluated.push_back({detect::Tier::semantic, "overloaded", 1});
        answer(std::move(none));
    }

    Fitter& fitter() noexcept { return fitter_; }
    const Fitter& fitter() const noexcept { return fitter_; }

    SemanticScorerCounters counters() const {
        const std::lock_guard lock(mutex_);
        SemanticScorerCounters counters = counters_;
        counters.waiting = queue_.size();
        counters.encoded = encoded_->load();
        return counters;
    }

private:
    struct Job {
        session::Score request;
        Answer answer;
    };

    void run() {
        lower_priority_of_this_thread();
        text::Tokenizer tokenizer;
        while (true) {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return is_closed_ || !queue_.empty(); });
            if (queue_.empty()) return;
            Job job = std::move(queue_.front());
            queue_.pop_front();
            lock.unlock();
            work_on(std::move(job), tokenizer);
        }
    }

    void work_on(Job job, text::Tokenizer& tokenizer) {
        const bool is_open = job.request.is_open;
        const auto scoring = std::make_shared<Scoring>(instruments_, options_.scoring);
        Answer counted = [answer = std::move(job.answer), encoded = encoded_,
                          weak = std::weak_ptr(scoring)](detect::Opinion opinion) {
            if (const auto scored = weak.lock()) *encoded += scored->encoded();
            answer(std::move(opinion));
        };
        const Scoring::Asked asked = scoring->begin(std::move(job.request), std::move(counted), fitter_, tokenizer);
        const bool may_encode = instruments_.windows && (!is_open || options_.encodes_open);
        semantic::WindowEncoder* encoder = may_encode ? instruments_.windows : nullptr;
        const double least = encoder ? least_gate(encoder->load(), options_.scoring.gate_margin) : 0;
        const std::size_t left_out = Scoring::ask(scoring, encoder, least);
        const std::lock_guard lock(mutex_);
        ++(is_open ? counters_.open : counters_.utterances);
        counters_.windows += asked.windows;
        counters_.asked += encoder ? asked.over_gate : 0;
        counters_.left_out += left_out;
        counters_.preparing += asked.preparing;
    }

    const Instruments& instruments_;
    Fitter& fitter_;
    const SemanticScorerOptions options_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Job> queue_;
    bool is_closed_ = false;
    SemanticScorerCounters counters_;

    /// Shared with answers that come after this is gone.
    std::shared_ptr<std::atomic<std::uint64_t>> encoded_ = std::make_shared<std::atomic<std::uint64_t>>(0);
    std::vector<std::thread> threads_;
};

SemanticScorer::SemanticScorer(const Instruments& instruments, Fitter& fitter, const SemanticScorerOptions& options)
    : impl_(std::make_unique<Impl>(instruments, fitter, options)) {}

SemanticScorer::~SemanticScorer() = default;

void SemanticScorer::score(session::Score request, Answer answer) {
    impl_->score(std::move(request), std::move(answer));
}

void SemanticScorer::prepare(const std::shared_ptr<const detect::TrackerList>& list, std::function<void()> ready) {
    if (list->has_tier(detect::Tier::semantic)) {
        impl_->fitter().prepare(list, std::move(ready));
    } else {
        ready();
    }
}

bool SemanticScorer::is_ready(const detect::TrackerList& list) const {
    return !list.has_tier(detect::Tier::semantic) || impl_->fitter().is_ready(list);
}

SemanticScorerCounters SemanticScorer::counters() const {
    return impl_->counters();
}

}  // namespace earshot::meaning
