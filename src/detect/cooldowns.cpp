#include "cooldowns.hpp"

#include "utterance.hpp"

#include <algorithm>

namespace earshot::detect {
namespace {

// Verdicts lag behind by a few utterances, so a few ends are remembered, not one.
constexpr std::size_t k_remembered = 16;

}  // namespace

bool Cooldowns::suppress(const Candidate& candidate, double cooldown_seconds, const Utterance& utterance) const noexcept {
    if (!(cooldown_seconds > 0)) return false;
    const double end = utterance.said.time().end;
    return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return entry.list == candidate.list && entry.tracker == candidate.tracker &&
               (utterance.number == 0 || entry.utterance < utterance.number) &&
               (entry.immediate || !is_immediate(candidate.tier)) && end - entry.end <= cooldown_seconds;
    });
}

void Cooldowns::note(const Utterance& utterance, std::span<const Candidate> reported) {
    const double end = utterance.said.time().end;
    for (const Candidate& hit : reported) {
        const bool immediate = is_immediate(hit.tier);
        const auto same = [&](const Entry& entry) {
            return entry.list == hit.list && entry.tracker == hit.tracker && entry.immediate == immediate;
        };
        if (std::any_of(entries_.begin(), entries_.end(),
                        [&](const Entry& entry) { return same(entry) && entry.utterance == utterance.number; })) {
            continue;
        }
        if (static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(), same)) >= k_remembered) {
            entries_.erase(std::find_if(entries_.begin(), entries_.end(), same));
        }
        entries_.push_back({hit.list, hit.tracker, utterance.number, end, immediate});
    }
}

}  // namespace earshot::detect
