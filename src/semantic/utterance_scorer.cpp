#include "earshot/semantic/utterance_scorer.hpp"

#include "dot.hpp"
#include "spoken_pieces.hpp"
#include "word_stretch.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace earshot::semantic {
namespace {

constexpr std::uint32_t k_not_asked = 0xFFFF'FFFF;
// What raw and told scores of one window may differ by in their arithmetic; the told one decides.
constexpr double k_rounding = 1e-3;
// One hit a tracker comes of an utterance; the others are for where the best one's words are another hit's already. The
// bounds hold for thresholds near zero, which every window meets.
constexpr std::size_t k_told_of_tracker = 24;
constexpr std::size_t k_told_of_list = 4'096;

struct Nearest {
    std::uint32_t place = 0;  // in the group
    double cosine = 0;
};

Nearest nearest_phrase(const FittedStage& stage, std::span<const std::uint32_t> group, std::span<const float> vector) {
    Nearest nearest{0, -2};
    for (std::uint32_t place = 0; place < group.size(); ++place) {
        const std::size_t phrase = group[place];
        const float product = dot(stage.phrases.data() + phrase * stage.dimensions, vector.data(), stage.dimensions);
        const double cosine = static_cast<double>(product * stage.phrase_scales[phrase]);
        if (cosine > nearest.cosine) nearest = {place, cosine};
    }
    return nearest;
}

}  // namespace

class UtteranceScorer::Impl {
public:
    Impl(const WordPieces& word_pieces, const StaticTable& table, const ScorerSettings& settings)
        : settings_(settings), spoken_(word_pieces, table) {}

    void begin(const text::WordList& words, std::span<const HeardList> lists);
    std::span<const AskedWindow> asked() const noexcept { return asked_; }
    void give(std::size_t index, std::span<const float> vector);
    std::size_t not_evaluated() const noexcept;
    std::vector<HeardWindow> tell() const;
    std::size_t windows() const noexcept { return window_count_; }

private:
    // A window that is over the gate of a list.
    struct Passed {
        Window window;
        std::uint32_t list = 0;
        std::uint32_t asked = k_not_asked;  // where the list has the full stage: index in asked_
        std::size_t scores = 0;             // where the static raw scores of its groups begin
    };
    // A list, and by listening tracker the static raw score from which on its threshold is met.
    struct List {
        HeardList heard;
        std::vector<double> bars;
    };
    // What a list's groups got in a window.
    struct Judged {
        Stage stage = Stage::static_table;
        std::span<const float> static_scores;  // by group
        std::vector<float> model_scores;       // by group; empty for the static stage

        double raw(std::uint32_t group) const noexcept {
            const auto by_table = static_cast<double>(static_scores[group]);
            if (stage == Stage::static_table) return by_table;
            return static_cast<double>(model_scores[group]) + k_static_share * by_table;
        }
    };

    // The two trackers of a list with the best scores in a window.
    struct Leaders {
        std::optional<HeardWindow::RunnerUp> first;
        std::optional<HeardWindow::RunnerUp> second;

        const std::optional<HeardWindow::RunnerUp>& beside(std::uint32_t tracker) const noexcept {
            return first && first->tracker == tracker ? second : first;
        }
    };
    // That a tracker is heard in a window: by their places.
    struct Told {
        double score;
        std::uint32_t tracker;
        std::uint32_t window;
    };
    static void keep_the_best(std::vector<Told>& told);

    void set_lists(std::span<const HeardList> lists);
    void weigh(Window window);
    static double gate(const List& list, std::span<const float> scores);
    void ask(Passed& passed, double gate);
    Judged judge(const Passed& passed) const;
    double told(const Passed& passed, const Judged& judged, const ListeningTracker& tracker) const;
    void tell_heard(std::uint32_t list, std::vector<HeardWindow>& out) const;
    void tell_best(std::uint32_t list, std::vector<HeardWindow>& out) const;
    HeardWindow describe(const Passed& passed, const Judged& judged, const ListeningTracker& tracker,
                         const Leaders& leaders) const;
    Leaders leaders_of(const Passed& passed, const Judged& judged) const;
    std::span<const float> vector_of(const Passed& passed, Stage stage, std::vector<float>& buffer) const;

    ScorerSettings settings_;
    std::vector<List> lists_;
    SpokenPieces spoken_;
    std::size_t window_count_ = 0;
    std::vector<Passed> passed_;  // by window, then by list
    std::vector<float> static_scores_;
    std::vector<AskedWindow> asked_;
    std::vector<std::vector<float>> model_vectors_;  // by asked window; empty until given
    std::vector<float> window_vector_;
};

void UtteranceScorer::Impl::begin(const text::WordList& words, std::span<const HeardList> lists) {
    set_lists(lists);
    spoken_.assign(words);
    passed_.clear();
    static_scores_.clear();
    asked_.clear();
    model_vectors_.clear();
    const std::vector<Window> windows = windows_of(static_cast<std::uint32_t>(words.words.size()));
    window_count_ = windows.size();
    for (const Window& window : windows) weigh(window);
}

void UtteranceScorer::Impl::set_lists(std::span<const HeardList> lists) {
    lists_.resize(lists.size());
    for (std::size_t i = 0; i < lists.size(); ++i) {
        lists_[i].heard = lists[i];
        lists_[i].bars.clear();
        for (const ListeningTracker& tracker : lists[i].meaning->trackers) {
            const double least = settings_.telling == Telling::best_score ? 0 : tracker.threshold;
            lists_[i].bars.push_back(lists[i].fitted->raw_score(Stage::static_table, tracker.group, least));
        }
    }
}

// The static stage of one window: its vector is made once, whatever lists there are.
void UtteranceScorer::Impl::weigh(Window window) {
    window_vector_.resize(spoken_.table().dimensions());
    spoken_.embed(window, window_vector_);
    for (std::uint32_t i = 0; i < lists_.size(); ++i) {
        const FittedStage& heads = lists_[i].heard.fitted->heads(Stage::static_table);
        assert(heads.dimensions == window_vector_.size());
        const std::size_t begin = static_scores_.size();
        static_scores_.resize(begin + heads.biases.size());
        multiply(heads.weights.data(), heads.biases.data(), heads.biases.size(), window_vector_.data(),
                 heads.dimensions, static_scores_.data() + begin);
        const double above = gate(lists_[i], std::span(static_scores_).subspan(begin));
        const bool has_model = lists_[i].heard.fitted->has(Stage::full);
        if (above < -(has_model ? settings_.gate_margin : k_rounding)) {
            static_scores_.resize(begin);
            continue;
        }
        Passed passed{window, i, k_not_asked, begin};
        if (has_model) ask(passed, above);
        passed_.push_back(passed);
    }
}

// How far the best tracker of a list is above what its threshold asks of the static stage.
double UtteranceScorer::Impl::gate(const List& list, std::span<const float> scores) {
    double best = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < list.bars.size(); ++i) {
        const std::uint32_t group = list.heard.meaning->trackers[i].group;
        best = std::max(best, static_cast<double>(scores[group]) - list.bars[i]);
    }
    return best;
}

// Several lists ask about a window once.
void UtteranceScorer::Impl::ask(Passed& passed, double gate) {
    if (asked_.empty() || asked_.back().window != passed.window) {
        asked_.push_back({passed.window, spoken_.text(passed.window), static_cast<float>(gate)});
        model_vectors_.emplace_back();
    }
    asked_.back().gate = std::max(asked_.back().gate, static_cast<float>(gate));
    passed.asked = static_cast<std::uint32_t>(asked_.size() - 1);
}

void UtteranceScorer::Impl::give(std::size_t index, std::span<const float> vector) {
    std::vector<float>& own = model_vectors_[index];
    if (own.empty()) own.assign(vector.begin(), vector.end());
}

std::size_t UtteranceScorer::Impl::not_evaluated() const noexcept {
    const auto is_missing = [](const std::vector<float>& vector) { return vector.empty(); };
    return static_cast<std::size_t>(std::count_if(model_vectors_.begin(), model_vectors_.end(), is_missing));
}

UtteranceScorer::Impl::Judged UtteranceScorer::Impl::judge(const Passed& passed) const {
    const FittedList& fitted = *lists_[passed.list].heard.fitted;
    Judged judged;
    judged.static_scores = std::span(static_scores_).subspan(passed.scores, fitted.groups().size());
    if (passed.asked == k_not_asked || model_vectors_[passed.asked].empty()) return judged;
    const FittedStage& heads = fitted.heads(Stage::full);
    const std::vector<float>& vector = model_vectors_[passed.asked];
    assert(vector.size() == heads.dimensions);
    judged.stage = Stage::full;
    judged.model_scores.resize(heads.biases.size());
    multiply(heads.weights.data(), heads.biases.data(), heads.biases.size(), vector.data(), heads.dimensions,
             judged.model_scores.data());
    return judged;
}

double UtteranceScorer::Impl::told(const Passed& passed, const Judged& judged, const ListeningTracker& tracker) const {
    return lists_[passed.list].heard.fitted->told_score(judged.stage, tracker.group, judged.raw(tracker.group));
}

std::vector<HeardWindow> UtteranceScorer::Impl::tell() const {
    std::vector<HeardWindow> heard;
    for (std::uint32_t list = 0; list < lists_.size(); ++list) {
        settings_.telling == Telling::heard ? tell_heard(list, heard) : tell_best(list, heard);
    }
    return heard;
}

void UtteranceScorer::Impl::tell_heard(std::uint32_t list, std::vector<HeardWindow>& out) const {
    const std::vector<ListeningTracker>& trackers = lists_[list].heard.meaning->trackers;
    struct Heard {
        const Passed* passed;
        Judged judged;
        std::optional<Leaders> leaders;
    };
    std::vector<Heard> windows;
    std::vector<Told> all;
    for (const Passed& passed : passed_) {
        if (passed.list != list) continue;
        Judged judged = judge(passed);
        const std::size_t before = all.size();
        for (std::uint32_t i = 0; i < trackers.size(); ++i) {
            const double score = told(passed, judged, trackers[i]);
            if (score >= trackers[i].threshold) all.push_back({score, i, static_cast<std::uint32_t>(windows.size())});
        }
        if (all.size() > before) windows.push_back({&passed, std::move(judged), std::nullopt});
    }
    keep_the_best(all);
    for (const Told& one : all) {
        Heard& heard = windows[one.window];
        if (!heard.leaders) heard.leaders = leaders_of(*heard.passed, heard.judged);
        out.push_back(describe(*heard.passed, heard.judged, trackers[one.tracker], *heard.leaders));
    }
}

// By tracker and window, in their order.
void UtteranceScorer::Impl::keep_the_best(std::vector<Told>& told) {
    const auto is_better = [](const Told& a, const Told& b) {
        return std::tuple(-a.score, a.tracker, a.window) < std::tuple(-b.score, b.tracker, b.window);
    };
    std::sort(told.begin(), told.end(), is_better);
    std::unordered_map<std::uint32_t, std::size_t> kept;
    std::erase_if(told, [&](const Told& one) { return ++kept[one.tracker] > k_told_of_tracker; });
    if (told.size() > k_told_of_list) told.resize(k_told_of_list);
    std::sort(told.begin(), told.end(), [](const Told& a, const Told& b) {
        return std::pair(a.tracker, a.window) < std::pair(b.tracker, b.window);
    });
}

void UtteranceScorer::Impl::tell_best(std::uint32_t list, std::vector<HeardWindow>& out) const {
    struct Best {
        double score = -1;
        const Passed* passed = nullptr;
    };
    const std::vector<ListeningTracker>& trackers = lists_[list].heard.meaning->trackers;
    std::vector<Best> best(trackers.size());
    for (const Passed& passed : passed_) {
        if (passed.list != list) continue;
        const Judged judged = judge(passed);
        for (std::size_t i = 0; i < trackers.size(); ++i) {
            const double score = told(passed, judged, trackers[i]);
            if (score > best[i].score) best[i] = {score, &passed};
        }
    }
    for (std::size_t i = 0; i < trackers.size(); ++i) {
        if (best[i].passed == nullptr) continue;
        const Judged judged = judge(*best[i].passed);
        out.push_back(describe(*best[i].passed, judged, trackers[i], leaders_of(*best[i].passed, judged)));
    }
}

HeardWindow UtteranceScorer::Impl::describe(const Passed& passed, const Judged& judged, const ListeningTracker& tracker,
                                            const Leaders& leaders) const {
    const HeardList& list = lists_[passed.list].heard;
    const FittedStage& heads = list.fitted->heads(judged.stage);
    std::vector<float> buffer;
    const Nearest nearest =
        nearest_phrase(heads, list.fitted->groups().group(tracker.group), vector_of(passed, judged.stage, buffer));
    const FittedStage& static_heads = list.fitted->heads(Stage::static_table);
    const auto weights = std::span(static_heads.weights)
                             .subspan(std::size_t{tracker.group} * static_heads.dimensions, static_heads.dimensions);
    const WordStretch span = carrying_stretch(spoken_.contributions(passed.window, weights));

    HeardWindow heard;
    heard.verdict.list = list.slot;
    heard.verdict.tracker = tracker.tracker;
    heard.verdict.phrase = tracker.vocabulary[nearest.place];
    heard.verdict.score = told(passed, judged, tracker);
    heard.verdict.first_word = passed.window.first_word + static_cast<std::uint32_t>(span.first);
    heard.verdict.last_word = passed.window.first_word + static_cast<std::uint32_t>(span.last);
    heard.window = passed.window;
    heard.stage = judged.stage;
    heard.nearest_cosine = nearest.cosine;
    if (judged.stage == Stage::full) heard.model = static_cast<double>(judged.model_scores[tracker.group]);
    heard.static_table = static_cast<double>(judged.static_scores[tracker.group]);
    heard.shift = list.fitted->shift(judged.stage, tracker.group);
    heard.runner_up = leaders.beside(tracker.tracker);
    return heard;
}

UtteranceScorer::Impl::Leaders UtteranceScorer::Impl::leaders_of(const Passed& passed, const Judged& judged) const {
    Leaders leaders;
    for (const ListeningTracker& tracker : lists_[passed.list].heard.meaning->trackers) {
        const HeardWindow::RunnerUp one{tracker.tracker, told(passed, judged, tracker)};
        if (!leaders.first || one.score > leaders.first->score) {
            leaders.second = std::exchange(leaders.first, one);
        } else if (!leaders.second || one.score > leaders.second->score) {
            leaders.second = one;
        }
    }
    return leaders;
}

// By which the nearest phrase is sought; the static one is made again, since few windows get here.
std::span<const float> UtteranceScorer::Impl::vector_of(const Passed& passed, Stage stage,
                                                        std::vector<float>& buffer) const {
    if (stage == Stage::full) return model_vectors_[passed.asked];
    buffer.resize(spoken_.table().dimensions());
    spoken_.embed(passed.window, buffer);
    return buffer;
}

UtteranceScorer::UtteranceScorer(const WordPieces& pieces, const StaticTable& table, const ScorerSettings& settings)
    : impl_(std::make_unique<Impl>(pieces, table, settings)) {}
UtteranceScorer::~UtteranceScorer() = default;
UtteranceScorer::UtteranceScorer(UtteranceScorer&&) noexcept = default;
UtteranceScorer& UtteranceScorer::operator=(UtteranceScorer&&) noexcept = default;

void UtteranceScorer::begin(const text::WordList& words, std::span<const HeardList> lists) {
    impl_->begin(words, lists);
}

std::span<const AskedWindow> UtteranceScorer::asked() const noexcept {
    return impl_->asked();
}

void UtteranceScorer::give(std::size_t index, std::span<const float> vector) {
    impl_->give(index, vector);
}

std::size_t UtteranceScorer::not_evaluated() const noexcept {
    return impl_->not_evaluated();
}

std::vector<HeardWindow> UtteranceScorer::tell() const {
    return impl_->tell();
}

std::size_t UtteranceScorer::windows() const noexcept {
    return impl_->windows();
}

}  // namespace earshot::semantic
