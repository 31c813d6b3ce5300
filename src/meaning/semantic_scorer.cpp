#include "earshot/meaning/semantic_scorer.hpp"

#include "earshot/base/thread_priority.hpp"

#include "scoring.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
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

/// Windows of patient questions that may be with the encoder: one batch in the model, and the next one.
constexpr std::size_t k_patient_windows = 16;
/// The encoder's load beyond which they wait, and how soon it is looked at again.
constexpr double k_patient_load = 0.4;
constexpr auto k_patient_pause = std::chrono::milliseconds(5);

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
            std::deque<Job>& queue = request.is_patient ? patient_ : is_open ? open_ : ended_;
            const bool has_room = request.is_patient || queue.size() < options_.queue;
            if (has_room && !is_closed_) {
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
        counters.patient = figures_->patient;
        counters.windows = figures_->windows;
        counters.asked = figures_->asked;
        counters.encoded = figures_->encoded;
        counters.left_out = figures_->left_out;
        counters.refused = figures_->refused;
        counters.late = figures_->late;
        counters.preparing = figures_->preparing;
        const std::lock_guard lock(mutex_);
        counters.waiting = ended_.size() + open_.size() + patient_.size();
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
        std::atomic<std::uint64_t> patient = 0;
        std::atomic<std::size_t> patient_windows = 0;  // with the encoder now
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
        base::lower_priority_of_this_thread();
        text::Tokenizer tokenizer;
        std::shared_ptr<Scoring> patient;  // whose windows this thread asks about, when nobody else wants it
        std::optional<Job> job;
        for (Next next = wait(job, patient != nullptr); next != Next::end; next = wait(job, patient != nullptr)) {
            if (next == Next::patient) {
                go_on(job, patient, tokenizer);
            } else if (std::chrono::steady_clock::now() - job->since > options_.patience) {
                // Whoever asked about what ended has given up by now; its answer would cost others theirs.
                ++figures_->late;
                refuse(job->request.is_open, job->answer);
            } else {
                work_on(std::move(*job), tokenizer);
            }
            job.reset();
        }
    }

    enum class Next : std::uint8_t { end, live, patient };

    /// Waits for what is to be done next, a `job` with it; none with `patient`: the one that was begun goes on.
    /// What ended comes first: an open utterance is asked about again.
    Next wait(std::optional<Job>& job, bool is_patient_begun) {
        std::unique_lock lock(mutex_);
        while (!is_closed_) {
            if (!ended_.empty() || !open_.empty()) {
                job = take(ended_.empty() ? open_ : ended_);
                return Next::live;
            }
            const bool has_patient = is_patient_begun || !patient_.empty();
            if (has_patient && has_time_for_patient()) {
                if (!is_patient_begun) job = take(patient_);
                return Next::patient;
            }
            if (has_patient) {
                changed_.wait_for(lock, k_patient_pause);
            } else {
                changed_.wait(lock);
            }
        }
        return Next::end;
    }

    static Job take(std::deque<Job>& queue) {
        Job job = std::move(queue.front());
        queue.pop_front();
        return job;
    }

    bool has_time_for_patient() const noexcept {
        return !instruments_.windows ||
               (figures_->patient_windows < k_patient_windows && instruments_.windows->load() <= k_patient_load);
    }

    /// One step of what can wait.
    void go_on(std::optional<Job>& job, std::shared_ptr<Scoring>& patient, text::Tokenizer& tokenizer) {
        if (job) {
            patient = begin(std::move(*job), instruments_.windows, tokenizer);
            ++figures_->patient;
            return;
        }
        ++figures_->patient_windows;
        const auto came = [figures = figures_] { --figures->patient_windows; };
        if (Scoring::ask_next(patient, instruments_.windows, came)) return;
        came();
        patient.reset();
    }

    void work_on(Job job, text::Tokenizer& tokenizer) {
        const bool is_open = job.request.is_open;
        const bool may_encode = instruments_.windows && (!is_open || options_.encodes_open);
        semantic::WindowEncoder* encoder = may_encode ? instruments_.windows : nullptr;
        const auto scoring = begin(std::move(job), encoder, tokenizer);
        ++(is_open ? figures_->open : figures_->utterances);
        Scoring::ask(scoring, encoder, [&] { return least_gate(encoder->load(), options_.scoring.gate_margin); });
    }

    std::shared_ptr<Scoring> begin(Job job, const semantic::WindowEncoder* encoder, text::Tokenizer& tokenizer) {
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
        figures_->windows += asked.windows;
        figures_->asked += encoder ? asked.over_gate : 0;
        figures_->preparing += asked.preparing;
        return scoring;
    }

    const Instruments& instruments_;
    Fitter& fitter_;
    const SemanticScorerOptions options_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Job> ended_;
    std::deque<Job> open_;
    std::deque<Job> patient_;
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
