#include "earshot/base/hash.hpp"

#include "hit_ledger.hpp"
#include "window_impl.hpp"

#include <algorithm>

// What a scorer says of a speaker's utterances: as long as they are open, and once they ended.
namespace earshot::detect {

bool SpeakerWindow::Impl::wants_verdict(const Utterance& utterance) const noexcept {
    for (std::size_t i = 0; i < lists_.size(); ++i) {
        if (!lists_.hears(i)) continue;
        const TrackerList& list = *lists_.list(i);
        if (!list.has_tier(Tier::semantic) && !list.has_tier(Tier::fuzzy)) continue;
        for (std::uint32_t tracker = 0; tracker < list.size(); ++tracker) {
            if (lists_.hears(i, tracker, utterance.epoch)) return true;
        }
    }
    return false;
}

bool SpeakerWindow::Impl::is_acceptable(const Utterance& utterance, const Verdict& verdict,
                                        double default_threshold) const noexcept {
    if (is_immediate(verdict.tier) || verdict.list >= lists_.size() || !lists_.hears(verdict.list)) return false;
    const TrackerList& list = *lists_.list(verdict.list);
    if (verdict.tracker >= list.size()) return false;
    if (!lists_.hears(verdict.list, verdict.tracker, utterance.epoch)) return false;
    const TrackerDefinition& tracker = list.tracker(verdict.tracker);
    if (verdict.phrase >= tracker.vocabulary.size() || !listens(tracker)) return false;
    if (!list.tiers(verdict.tracker).has(verdict.tier)) return false;
    if (verdict.first_word > verdict.last_word || verdict.last_word >= utterance.said.words().words.size())
        return false;
    if (!(verdict.score >= list.threshold(verdict.tracker, default_threshold))) return false;
    return !cooldowns_.suppress({verdict.list, verdict.tracker, verdict.phrase, verdict.tier, verdict.score, 0, 0},
                                tracker.cooldown_seconds, utterance);
}

Candidate SpeakerWindow::Impl::candidate_of(const Utterance& utterance, const Verdict& verdict) noexcept {
    const auto& words = utterance.said.words().words;
    return {verdict.list,
            verdict.tracker,
            verdict.phrase,
            verdict.tier,
            verdict.score,
            utterance.base + words[verdict.first_word].byte_begin,
            utterance.base + words[verdict.last_word].byte_end};
}

std::uint64_t SpeakerWindow::Impl::hash_of_words(const Utterance& utterance, const Verdict& verdict) noexcept {
    std::uint64_t hash = 0;
    const auto& words = utterance.said.words().words;
    for (std::uint32_t word = verdict.first_word; word <= verdict.last_word; ++word) {
        hash = base::mix(hash, words[word].hash);
    }
    return hash;
}

void SpeakerWindow::Impl::complete(const Utterance& utterance, std::span<const Verdict> verdicts, Hit& hit) {
    const auto& words = utterance.said.words().words;
    for (const Verdict& verdict : verdicts) {
        if (verdict.list != hit.slot || verdict.tracker != hit.tracker || verdict.tier != hit.tier ||
            verdict.score != hit.score || verdict.last_word >= words.size() ||
            utterance.base + words[verdict.last_word].byte_end != hit.end) {
            continue;
        }
        const std::size_t known = std::clamp<std::size_t>(verdict.known_word, verdict.last_word, words.size() - 1);
        hit.known_end = utterance.base + words[known].byte_end;
        hit.explanation = verdict.explanation;
        return;
    }
}

// ---- While open ----------------------------------------------------------------------------------------------------

void SpeakerWindow::Impl::assume(Utterance& utterance, std::span<const Verdict> verdicts, double default_threshold,
                                 std::vector<HitChange>& changes) {
    utterance.assumptions.clear();
    utterance.default_threshold = default_threshold;
    for (const Verdict& verdict : verdicts) {
        if (!is_acceptable(utterance, verdict, default_threshold)) continue;
        utterance.assumptions.push_back({verdict, hash_of_words(utterance, verdict)});
    }
    tell(utterance, changes);
}

void SpeakerWindow::Impl::add_assumptions(const Utterance& utterance) {
    for (const auto& [verdict, words_hash] : utterance.assumptions) {
        if (!is_acceptable(utterance, verdict, utterance.default_threshold)) continue;
        if (hash_of_words(utterance, verdict) == words_hash) candidates_.push_back(candidate_of(utterance, verdict));
    }
}

// ---- Once ended ----------------------------------------------------------------------------------------------------

Judged SpeakerWindow::Impl::judge(std::uint64_t number, std::span<const Verdict> verdicts, double default_threshold) {
    Judged judged;
    Utterance* utterance = find_ended(number);
    if (utterance == nullptr || !utterance->awaits_verdict) return judged;
    std::vector<Candidate> candidates;
    for (const Verdict& verdict : verdicts) {
        if (is_acceptable(*utterance, verdict, default_threshold))
            candidates.push_back(candidate_of(*utterance, verdict));
    }
    gather_context(*utterance);
    keep_reported(candidates, exclusions_, confirmed_);
    judged.confirmed = make_hits(*utterance, candidates);
    for (Hit& hit : judged.confirmed) complete(*utterance, verdicts, hit);
    settle(utterance->told, judged.confirmed, ids_, judged.retracted);
    note_cooldowns(*utterance, candidates);
    utterance->confirmed.insert(utterance->confirmed.end(), candidates.begin(), candidates.end());
    utterance->awaits_verdict = false;
    forget_out_of_reach();
    return judged;
}

}  // namespace earshot::detect
