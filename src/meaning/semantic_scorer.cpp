#include "earshot/meaning/semantic_scorer.hpp"

#include "low_priority.hpp"
#include "scoring.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>
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
        const bool is_open = request.is_open;
        {
            const std::lock_guard lock(mutex_);
            std::deque<Job>& queue = is_open ? open_ : ended_;
            if (queue.size() < options_.queue && !is_closed_) {
                queue.push_back({std::move(request), std::move(answer), std::chrono::steady_clock::now()});
                changed_.notify_one();
                return;
            }
        }
        ++figures_->refused;
        refuse(is_open, answer);
    }

    Fitter& fitter() noexcept { return fitter_; }
    const Fitter& fitter() const noexcept { return fitter_; }

    SemanticScorerCounters counters() const {
        SemanticScorerCounters counters;
        counters.utterances = figures_->utterances;
        counters.open = figures_->open;
        counters.windows = figures_->windows;
        counters.asked = figures_->asked;
        counters.encoded = figures_->encoded;
        counters.left_out = figures_->left_out;
        counters.refused = figures_->refused;
        counters.late = figures_->late;
        counters.preparing = figures_->preparing;
        const std::lock_guard lock(mutex_);
        counters.waiting = ended_.size() + open_.size();
        return counters;
    }

private:
    struct Job {
        session::Score request;
        Answer answer;
        base::MonotonicTime since;
    };

    /// Counted without the lock, which I/O threads take for each utterance.
    struct Figures {
        std::atomic<std::uint64_t> utterances = 0;
        std::atomic<std::uint64_t> open = 0;
        std::atomic<std::uint64_t> windows = 0;
        std::atomic<std::uint64_t> asked = 0;
        std::atomic<std::uint64_t> encoded = 0;
        std::atomic<std::uint64_t> left_out = 0;
        std::atomic<std::uint64_t> refused = 0;
        std::atomic<std::uint64_t> late = 0;
        std::atomic<std::uint64_t> preparing = 0;
    };

    static void refuse(bool is_open, const Answer& answer) {
        detect::Opinion none;
        none.is_refused = true;
        if (!is_open) none.not_evaluated.push_back({detect::Tier::semantic, "overloaded", 1});
        answer(std::move(none));
    }

    void run() {
        lower_priority_of_this_thread();
        text::Tokenizer tokenizer;
        while (auto job = next()) {
            // Whoever asked about what ended has given up by now; its answer would cost others theirs.
            const bool is_late = std::chrono::steady_clock::now() - job->since > options_.patience;
            if (is_late) {
                ++figures_->late;
                refuse(job->request.is_open, job->answer);
                continue;
            }
            work_on(std::move(*job), tokenizer);
        }
    }

    /// What ended comes first: an open utterance is asked about again. Empty: it is over.
    std::optional<Job> next() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return is_closed_ || !ended_.empty() || !open_.empty(); });
        if (is_closed_) return std::nullopt;
        std::deque<Job>& queue = ended_.empty() ? open_ : ended_;
        std::optional<Job> job = std::move(queue.front());
        queue.pop_front();
        return job;
    }

    void work_on(Job job, text::Tokenizer& tokenizer) {
        const bool is_open = job.request.is_open;
        const auto scoring = std::make_shared<Scoring>(instruments_, options_.scoring);
        Answer counted = [answer = std::move(job.answer), figures = figures_,
                          weak = std::weak_ptr(scoring)](detect::Opinion opinion) {
            if (const auto scored = weak.lock()) {
                figures->encoded += scored->encoded();
                figures->left_out += scored->left_out();
            }
            answer(std::move(opinion));
        };
        const Scoring::Asked asked = scoring->begin(std::move(job.request), std::move(counted), fitter_, tokenizer);
        const bool may_encode = instruments_.windows && (!is_open || options_.encodes_open);
        semantic::WindowEncoder* encoder = may_encode ? instruments_.windows : nullptr;
        ++(is_open ? figures_->open : figures_->utterances);
        figures_->windows += asked.windows;
        figures_->asked += encoder ? asked.over_gate : 0;
        figures_->preparing += asked.preparing;
        Scoring::ask(scoring, encoder, [&] { return least_gate(encoder->load(), options_.scoring.gate_margin); });
    }

    const Instruments& instruments_;
    Fitter& fitter_;
    const SemanticScorerOptions options_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Job> ended_;
    std::deque<Job> open_;
    bool is_closed_ = false;

    /// Shared with answers that come after this is gone.
    std::shared_ptr<Figures> figures_ = std::make_shared<Figures>();
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
