#include "talk.hpp"

#include <algorithm>
#include <utility>

// What a scorer is asked, and what becomes of its answers.
namespace earshot::session {

using base::Now;
using detect::Tier;

std::vector<std::shared_ptr<const detect::TrackerList>> Talk::lists_to_score(detect::TierSet& asked) const {
    std::vector<std::shared_ptr<const detect::TrackerList>> lists;
    for (std::size_t slot = 0; slot < around_.lists.size(); ++slot) {
        bool scores = false;
        for (const auto& [tier, status] :
             {std::pair(Tier::fuzzy, around_.scorer.fuzzy), {Tier::semantic, around_.scorer.semantic}}) {
            if (!around_.lists.hears(slot) || !around_.lists.list(slot)->has_tier(tier)) continue;
            if (status != proto::TierStatus::ready) continue;
            scores = true;
            asked.insert(tier);
        }
        const auto& heard = stand_in(slot) ? stand_in(slot) : around_.lists.list(slot);
        lists.push_back(scores ? heard : nullptr);
    }
    return lists;
}

void Talk::stand_in(std::size_t slot, std::shared_ptr<const detect::TrackerList> list) {
    if (slot >= stand_ins_.size()) stand_ins_.resize(slot + 1);
    stand_ins_[slot] = std::move(list);
}

const std::shared_ptr<const detect::TrackerList>& Talk::stand_in(std::size_t slot) const {
    static const std::shared_ptr<const detect::TrackerList> none;
    return slot < stand_ins_.size() ? stand_ins_[slot] : none;
}

// ---- Ended utterances ----------------------------------------------------------------------------------------------

void Talk::ask_for_verdict(SpeakerState& speaker, std::uint64_t participant, std::uint64_t utterance, Now now) {
    PendingVerdict pending;
    pending.ticket = ++last_ticket_;
    pending.utterance = utterance;
    pending.participant = participant;
    pending.due = now.monotonic + around_.limits.verdict;
    pending.lists = lists_to_score(pending.asked);
    pending.is_over = pending.asked.empty();
    if (!pending.is_over) {
        for (std::size_t slot = 0; slot < pending.lists.size(); ++slot) {  // what is new there is not heard yet
            if (pending.lists[slot] && stand_in(slot)) count_missed({Tier::semantic, "preparing", 1});
        }
        const std::string_view text = speaker.window.ended_text(utterance);
        around_.actions.emplace_back(Score{pending.ticket, std::string(text), text.size(), false, pending.lists});
    }
    speaker.pending.push_back(std::move(pending));
    settle_verdicts(speaker);
}

/// Applies verdicts in the order of the utterances' ends, as far as they are there.
void Talk::settle_verdicts(SpeakerState& speaker) {
    while (!speaker.pending.empty() && speaker.pending.front().is_over) {
        PendingVerdict pending = std::move(speaker.pending.front());
        speaker.pending.pop_front();
        move_to_present_lists(pending.lists, pending.verdicts);
        const detect::Judged judged =
            speaker.window.judge(pending.utterance, pending.verdicts, around_.scorer.default_threshold);
        around_.announcer.tell_judged(speaker.voice, judged, around_.roster.audience());
        around_.chronicle.judged(speaker.voice, judged);
    }
}

/// A list may have changed since it was asked about: verdicts on trackers that are gone go too.
void Talk::move_to_present_lists(const std::vector<std::shared_ptr<const detect::TrackerList>>& lists,
                                 std::vector<detect::Verdict>& verdicts) const {
    std::erase_if(verdicts, [&](detect::Verdict& verdict) {
        if (verdict.list >= lists.size() || !lists[verdict.list]) return true;
        const detect::TrackerList& asked = *lists[verdict.list];
        const auto& present = around_.lists.list(verdict.list);
        if (present.get() == &asked) return false;
        if (!present || verdict.tracker >= asked.size()) return true;
        for (std::uint32_t i = 0; i < present->size(); ++i) {
            if (present->tracker(i) != asked.tracker(verdict.tracker)) continue;
            verdict.tracker = i;
            return false;
        }
        return true;
    });
}

bool Talk::has_pending(const Participant& participant) const noexcept {
    for (const auto& speaker : speakers_) {
        for (const PendingVerdict& pending : speaker->pending) {
            if (pending.participant == participant.number) return true;
        }
    }
    return false;
}

// ---- Open utterances -----------------------------------------------------------------------------------------------

/// One question at a time: what changes before its answer is there is asked about then. An answer to words that have
/// changed since is no answer, also where nobody listens any more.
void Talk::ask_about_open(const SpeakerState& speaker, OpenUtterance& utterance) {
    utterance.has_changed = utterance.ticket != 0;
    if (utterance.has_changed || !around_.roster.audience().interims) return;
    detect::TierSet asked;
    auto lists = lists_to_score(asked);
    const std::string_view text = speaker.window.open_text(utterance.id);
    if (asked.empty() || text.empty()) return;
    utterance.ticket = ++last_ticket_;
    utterance.lists = lists;
    const std::size_t settled = speaker.window.settled_bytes(utterance.id);
    around_.actions.emplace_back(Score{utterance.ticket, std::string(text), settled, true, std::move(lists)});
}

void Talk::assume(SpeakerState& speaker, OpenUtterance& utterance, detect::Opinion opinion) {
    utterance.ticket = 0;
    if (utterance.has_changed) return ask_about_open(speaker, utterance);
    if (opinion.is_refused) return;
    move_to_present_lists(utterance.lists, opinion.verdicts);
    changes_.clear();
    speaker.window.assume(utterance.id, opinion.verdicts, around_.scorer.default_threshold, changes_);
    around_.announcer.tell_changes(speaker.voice, changes_, around_.roster.audience());
}

// ---- Answers -------------------------------------------------------------------------------------------------------

void Talk::scored(std::uint64_t ticket, detect::Opinion opinion) {
    for (const auto& speaker : speakers_) {
        for (PendingVerdict& pending : speaker->pending) {
            if (pending.ticket != ticket || pending.is_over) continue;
            pending.is_over = true;
            pending.verdicts = std::move(opinion.verdicts);
            for (const detect::NotEvaluated& missed : opinion.not_evaluated) count_missed(missed);
            return settle_verdicts(*speaker);
        }
        for (OpenUtterance& utterance : speaker->open) {
            if (utterance.ticket == ticket) return assume(*speaker, utterance, std::move(opinion));
        }
    }
}

void Talk::count_missed(const detect::NotEvaluated& missed) {
    not_evaluated_[{std::string(detect::tier_name(missed.tier)), std::string(missed.reason)}] += missed.windows;
}

std::vector<proto::NotEvaluated> Talk::not_evaluated() const {
    std::vector<proto::NotEvaluated> result;
    for (const auto& [key, count] : not_evaluated_) result.push_back({key.first, key.second, count});
    return result;
}

}  // namespace earshot::session
