#include "eval_small_sets.hpp"

#include "earshot/base/hash.hpp"

#include "eval_hearing.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace earshot::app {
namespace {

struct Draw {
    std::size_t trackers;
    std::size_t sets;  // of a suite
};
constexpr Draw k_draws[] = {{1, 20}, {5, 5}, {20, 5}};

struct Counts {
    std::size_t right = 0;
    std::size_t wrong = 0;
    std::size_t due = 0;

    void add(bool is_due, bool is_heard) noexcept {
        due += is_due ? 1 : 0;
        right += is_due && is_heard ? 1 : 0;
        wrong += !is_due && is_heard ? 1 : 0;
    }
    Counts& operator+=(const Counts& other) noexcept {
        right += other.right;
        wrong += other.wrong;
        due += other.due;
        return *this;
    }
    double f1() const noexcept {
        const std::size_t all = right + wrong + due;
        return all == 0 ? 0 : 2 * static_cast<double>(right) / static_cast<double>(all);
    }
};

/// Of a tracker in an utterance.
struct Pair {
    double score = 0;
    double nearest = -1;
};

bool holds(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<detect::TrackerDefinition> draw(const EvalSuite& suite, std::size_t count, std::size_t number) {
    std::vector<detect::TrackerDefinition> drawn = suite.trackers;
    const auto place = [&](const detect::TrackerDefinition& tracker) {
        return base::mix(base::hash_bytes(tracker.name), base::mix(count, number));
    };
    std::sort(drawn.begin(), drawn.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
    drawn.resize(count);
    return drawn;
}

Pair pair_of(const std::vector<detect::TurnHit>& hits, const std::string& name) {
    Pair pair;
    for (const detect::TurnHit& found : hits) {
        if (found.hit.list->tracker(found.hit.tracker).name != name) continue;
        pair.score = std::max(pair.score, found.hit.score);
        if (found.hit.tier != detect::Tier::semantic) pair.nearest = 1;
        if (!found.hit.explanation) continue;
        for (const auto& part : found.hit.explanation->parts) {
            if (part.name == "nearest") pair.nearest = std::max(pair.nearest, part.value);
        }
    }
    return pair;
}

/// The best F1 that one threshold gives.
double best_f1(std::vector<std::pair<double, bool>> scored, std::size_t due) {
    std::sort(scored.begin(), scored.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    Counts counts{0, 0, due};
    double best = 0;
    for (std::size_t i = 0; i < scored.size(); ++i) {
        ++(scored[i].second ? counts.right : counts.wrong);
        if (i + 1 == scored.size() || scored[i + 1].first < scored[i].first) best = std::max(best, counts.f1());
    }
    return best;
}

}  // namespace

base::Result<std::vector<SmallSetFigures>> hear_small_sets(const EvalData& data, detect::TierSet tiers,
                                                           SemanticTier* tier) {
    std::map<std::string, std::vector<const EvalText*>> by_suite;
    for (const EvalText& text : data.utterances) by_suite[text.suites.front()].push_back(&text);
    const double threshold = tier ? tier->default_threshold() : 1;

    std::vector<SmallSetFigures> figures;
    for (const Draw& size : k_draws) {
        SmallSetFigures figure;
        figure.trackers = size.trackers;
        Counts all;
        std::vector<std::pair<double, bool>> nearest;
        std::size_t suites = 0;
        for (const auto& [name, texts] : by_suite) {
            const EvalSuite* suite = data.find_suite(name);
            if (!suite || suite->trackers.size() < size.trackers) continue;
            ++suites;
            Counts counts;
            std::mutex mutex;
            for (std::size_t number = 0; number < size.sets; ++number) {
                const auto trackers = draw(*suite, size.trackers, number);
                const auto hearing = EvalHearing::make(trackers, {suite->language, tiers, true}, tier);
                if (!hearing) return hearing.error();
                hearing->hear(texts, [&, &texts = texts](std::size_t index, const auto& hits) {
                    const std::lock_guard lock(mutex);
                    for (const auto& tracker : trackers) {
                        const Pair pair = pair_of(hits, tracker.name);
                        const bool is_due = holds(texts[index]->labels, tracker.name);
                        // Said word for word without the label: neither right nor wrong.
                        if (!is_due && holds(texts[index]->exact, tracker.name)) continue;
                        counts.add(is_due, pair.score >= threshold);
                        nearest.emplace_back(pair.nearest, is_due);
                    }
                });
                ++figure.sets;
            }
            figure.mean_f1 += counts.f1();
            all += counts;
        }
        if (suites > 0) figure.mean_f1 /= static_cast<double>(suites);
        figure.f1 = all.f1();
        figure.nearest_best_f1 = best_f1(std::move(nearest), all.due);
        figures.push_back(figure);
    }
    return figures;
}

}  // namespace earshot::app
