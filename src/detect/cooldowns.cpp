#include "cooldowns.hpp"

#include "list_change.hpp"
#include "utterance.hpp"

#include <algorithm>

namespace earshot::detect {
namespace {

// Verdicts lag behind by a few utterances, so a few ends are remembered, not one.
constexpr std::size_t k_remembered = 16;

}  // namespace

bool Cooldowns::suppress(const Candidate& candidate, double cooldown_seconds,
                         const Utterance& utterance) const noexcept {
    if (!(cooldown_seconds > 0)) return false;
    const double end = utterance.said.time().end;
    return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
        return entry.list == candidate.list && entry.tracker == candidate.tracker &&
               (utterance.number == 0 || entry.utterance < utterance.number) &&
               (entry.immediate || !is_immediate(candidate.tier)) && end - entry.end <= cooldown_seconds;
    });
}

void Cooldowns::note(const Utterance& utterance, const Candidate& reported) {
    const bool immediate = is_immediate(reported.tier);
    const auto same = [&](const Entry& entry) {
        return entry.list == reported.list && entry.tracker == reported.tracker && entry.immediate == immediate;
    };
    if (std::any_of(entries_.begin(), entries_.end(),
                    [&](const Entry& entry) { return same(entry) && entry.utterance == utterance.number; })) {
        return;
    }
    if (static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(), same)) >= k_remembered) {
        entries_.erase(std::find_if(entries_.begin(), entries_.end(), same));
    }
    entries_.push_back({reported.list, reported.tracker, utterance.number, utterance.said.time().end, immediate});
}

void Cooldowns::follow(const ListChange& change) {
    move_to_new_list(change, entries_);
}

}  // namespace earshot::detect
