#include "report.hpp"

#include <algorithm>
#include <tuple>

namespace earshot::detect {
namespace {

template <typename A, typename B>
bool same_tracker(const A& a, const B& b) {
    return a.list == b.list && a.tracker == b.tracker;
}

template <typename A, typename B>
bool overlap(const A& a, const B& b) {
    return same_tracker(a, b) && a.begin < b.end && b.begin < a.end;
}

bool is_better(const Candidate& a, const Candidate& b) {
    const auto rank = [](const Candidate& c) {
        return std::tuple(static_cast<int>(c.tier), -c.score, -static_cast<double>(c.end - c.begin), c.phrase, c.begin);
    };
    return rank(a) < rank(b);
}

bool is_in_order(const Candidate& a, const Candidate& b) {
    const auto key = [](const Candidate& c) {
        return std::tuple(c.list, c.tracker, c.tier == Tier::pattern, c.phrase, c.begin, c.end);
    };
    return key(a) < key(b);
}

}  // namespace

void keep_reported(std::vector<Candidate>& candidates, std::span<const Exclusion> exclusions,
                   std::span<const Candidate> confirmed) {
    std::erase_if(candidates, [&](const Candidate& candidate) {
        return std::any_of(exclusions.begin(), exclusions.end(),
                           [&](const Exclusion& e) { return overlap(candidate, e); });
    });

    // Literal hits come first and all stay; the rest, best first, must find its place free.
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
        return is_literal(a.tier) != is_literal(b.tier) ? is_literal(a.tier) : is_better(a, b);
    });
    std::size_t kept = 0;
    for (const Candidate candidate : candidates) {
        const auto stands_before = [&](const Candidate& other) {
            return overlap(candidate, other) && (is_literal(other.tier) || is_better(other, candidate));
        };
        const auto is_other_meaning = [&](const Candidate& other) {
            return candidate.tier == Tier::semantic && other.tier == Tier::semantic && same_tracker(candidate, other);
        };
        const auto reported = candidates.begin() + static_cast<std::ptrdiff_t>(kept);
        const bool loses =
            !is_literal(candidate.tier) && (std::any_of(confirmed.begin(), confirmed.end(), stands_before) ||
                                            std::any_of(candidates.begin(), reported, stands_before) ||
                                            std::any_of(candidates.begin(), reported, is_other_meaning));
        if (!loses) candidates[kept++] = candidate;
    }
    candidates.resize(kept);
    std::sort(candidates.begin(), candidates.end(), is_in_order);
}

}  // namespace earshot::detect
