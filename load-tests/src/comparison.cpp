#include "comparison.hpp"

#include <algorithm>
#include <limits>
#include <unordered_map>

namespace earshot::load {
namespace {

constexpr std::size_t k_unpaired = std::numeric_limits<std::size_t>::max();

/// For each told utterance the expected one; k_unpaired for those that have none. Looks forward from the last pair
/// first, so that one lost utterance does not shift all that follow, and then back: of what a stop ends together, any
/// order will do.
std::vector<std::size_t> pair_utterances(const Expectation& expected, const Told& told) {
    std::unordered_map<std::uint64_t, std::vector<std::size_t>> places;
    for (std::size_t i = 0; i < expected.utterances.size(); ++i) places[expected.utterances[i].digest].push_back(i);
    std::vector<std::size_t> pairs;
    std::size_t next = 0;
    for (const std::uint64_t digest : told.utterances) {
        pairs.push_back(k_unpaired);
        const auto found = places.find(digest);
        if (found == places.end() || found->second.empty()) continue;
        std::vector<std::size_t>& left = found->second;
        auto place = std::lower_bound(left.begin(), left.end(), next);
        if (place == left.end()) --place;
        pairs.back() = *place;
        next = std::max(next, *place + 1);
        left.erase(place);
    }
    return pairs;
}

}  // namespace

Agreement& Agreement::operator+=(const Agreement& other) noexcept {
    right += other.right;
    lost += other.lost;
    doubled += other.doubled;
    wrong += other.wrong;
    out_of_order += other.out_of_order;
    right_utterances += other.right_utterances;
    lost_utterances += other.lost_utterances;
    wrong_utterances += other.wrong_utterances;
    return *this;
}

Agreement compare(const Expectation& expected, const Told& told) {
    const std::vector<std::size_t> pairs = pair_utterances(expected, told);
    Agreement agreement;
    agreement.right_utterances =
        static_cast<std::uint64_t>(std::count_if(pairs.begin(), pairs.end(), [](auto p) { return p != k_unpaired; }));
    agreement.wrong_utterances = pairs.size() - agreement.right_utterances;
    agreement.lost_utterances = expected.utterances.size() - agreement.right_utterances;

    struct Count {
        std::uint64_t left = 0;
        bool was_expected = false;
    };
    std::vector<std::unordered_map<std::uint64_t, Count>> open(expected.utterances.size());
    for (std::size_t i = 0; i < open.size(); ++i) {
        for (const std::uint64_t digest : expected.utterances[i].hits) {
            ++open[i][digest].left;
            open[i][digest].was_expected = true;
        }
    }
    std::size_t latest = 0;
    for (const Told::Hit& hit : told.hits) {
        const std::size_t pair = hit.utterance < pairs.size() ? pairs[hit.utterance] : k_unpaired;
        Count* count = pair == k_unpaired ? nullptr : &open[pair][hit.digest];
        if (!count || !count->was_expected) {
            ++agreement.wrong;
            continue;
        }
        if (count->left == 0) {
            ++agreement.doubled;
            continue;
        }
        --count->left;
        ++agreement.right;
        // What a stop ends is ended at once, in whatever order.
        const bool is_late = pair < latest && expected.utterances[pair].cause != expected.utterances[latest].cause;
        if (is_late) ++agreement.out_of_order;
        latest = std::max(latest, pair);
    }
    agreement.lost = expected.hits - agreement.right;
    return agreement;
}

}  // namespace earshot::load
