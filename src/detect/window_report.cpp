#include "earshot/text/utf8.hpp"

#include "window_impl.hpp"

#include <algorithm>

namespace earshot::detect {

// ---- Candidates -----------------------------------------------------------------------------------------------------

bool SpeakerWindow::Impl::has_candidates(const Utterance& utterance) const noexcept {
    if (!utterance.assumptions.empty()) return true;
    for (std::size_t i = 0; i < lists_.size(); ++i) {
        if (!lists_.hears(i)) continue;
        if (!utterance.hearing[i].exact.empty() || !utterance.hearing[i].inflected.empty()) return true;
        if (lists_.list(i)->patterns().size() > 0) return true;
    }
    return false;
}

bool SpeakerWindow::Impl::listens(const TrackerDefinition& tracker) const noexcept {
    const auto names_speaker = [&](const std::string& name) {
        return !name.empty() && (name == traits_.user_id || name == traits_.role);
    };
    return tracker.speakers.empty() || std::any_of(tracker.speakers.begin(), tracker.speakers.end(), names_speaker);
}

const Utterance* SpeakerWindow::Impl::utterance_of_word(std::uint32_t word) const noexcept {
    for (auto it = ended_.rbegin(); it != ended_.rend(); ++it) {
        if ((*it)->first_word <= word && word < (*it)->end_word()) return it->get();
    }
    return nullptr;
}

std::uint64_t SpeakerWindow::Impl::epoch_of_words(std::uint32_t first_word, const Utterance& last) const noexcept {
    std::uint64_t epoch = last.epoch;
    for (auto it = ended_.rbegin(); it != ended_.rend() && first_word < last.first_word; ++it) {
        const Utterance& before = **it;
        if (first_word < before.end_word() && before.first_word < last.first_word) {
            epoch = std::min(epoch, before.epoch);
        }
    }
    return epoch;
}

bool SpeakerWindow::Impl::is_broken_by_silence(std::uint32_t first_word, const Utterance& last,
                                               double gap) const noexcept {
    double next_start = last.said.time().start;
    for (auto it = ended_.rbegin(); it != ended_.rend(); ++it) {
        const Utterance& before = **it;
        if (&before == &last || before.first_word > last.first_word || (last.number && before.number > last.number)) {
            continue;
        }
        const TimeSpan time = before.said.time();
        if (next_start - time.end > gap) return true;  // false where a time is not known
        next_start = time.start;
        if (before.first_word <= first_word) return false;
    }
    return false;
}

bool SpeakerWindow::Impl::resolve(const Utterance& utterance, std::uint32_t first_word, std::uint32_t last_word,
                                  std::uint64_t& begin, std::uint64_t& end) const noexcept {
    const Utterance* first = first_word >= utterance.first_word ? &utterance : utterance_of_word(first_word);
    if (first == nullptr) return false;
    begin = first->base + first->said.words().words[first_word - first->first_word].byte_begin;
    end = utterance.base + utterance.said.words().words[last_word - utterance.first_word].byte_end;
    return true;
}

void SpeakerWindow::Impl::add_occurrence(Utterance& utterance, std::uint32_t list_index,
                                         const match::Occurrence& occurrence, Tier tier) {
    const TrackerList& list = *lists_.list(list_index);
    const std::uint32_t first_word = occurrence.last_word + 1 - occurrence.word_count;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    if (!resolve(utterance, first_word, occurrence.last_word, begin, end)) return;
    if (first_word < utterance.first_word &&
        is_broken_by_silence(first_word, utterance, list.definition().settings.phrase_gap_seconds)) {
        return;
    }
    const std::uint64_t epoch = epoch_of_words(first_word, utterance);
    for (const TrackerList::PhraseUse& use : list.uses(occurrence.phrase)) {
        if (!lists_.hears(list_index, use.tracker, epoch)) continue;
        if (use.role == TrackerList::Role::exclusion) {
            if (tier == Tier::exact) utterance.exclusions.push_back({list_index, use.tracker, begin, end});
        } else {
            add_candidate(utterance, {list_index, use.tracker, use.phrase, tier, fixed_score(tier), begin, end});
        }
    }
}

void SpeakerWindow::Impl::add_candidate(const Utterance& utterance, const Candidate& candidate) {
    const TrackerList& list = *lists_.list(candidate.list);
    const TrackerDefinition& tracker = list.tracker(candidate.tracker);
    if (!list.tiers(candidate.tracker).has(candidate.tier) || !listens(tracker)) return;
    if (cooldowns_.suppress(candidate, tracker.cooldown_seconds, utterance)) return;
    candidates_.push_back(candidate);
}

void SpeakerWindow::Impl::add_patterns(const Utterance& utterance, std::uint32_t list_index) {
    const TrackerList& list = *lists_.list(list_index);
    if (list.patterns().size() == 0) return;
    matches_.clear();
    list.patterns().find_all(utterance.said.text(), pattern_scratch_, matches_);
    for (const match::PatternMatch& found : matches_) {
        // White space may lie between two messages, where no message could show it.
        const std::string_view said =
            std::string_view(utterance.said.text()).substr(found.byte_begin, found.byte_end - found.byte_begin);
        if (text::trim(said).empty()) continue;
        const TrackerList::PatternUse use = list.pattern_use(found.pattern);
        if (!lists_.hears(list_index, use.tracker, utterance.epoch)) continue;
        add_candidate(utterance, {list_index, use.tracker, use.pattern, Tier::pattern, fixed_score(Tier::pattern),
                                  utterance.base + found.byte_begin, utterance.base + found.byte_end});
    }
}

void SpeakerWindow::Impl::gather_context(const Utterance& utterance) {
    exclusions_.clear();
    confirmed_.clear();
    for (const auto& before : ended_) {
        if (utterance.number != 0 && before->number > utterance.number) continue;
        exclusions_.insert(exclusions_.end(), before->exclusions.begin(), before->exclusions.end());
        confirmed_.insert(confirmed_.end(), before->confirmed.begin(), before->confirmed.end());
    }
}

void SpeakerWindow::Impl::choose(Utterance& utterance) {
    candidates_.clear();
    utterance.exclusions.clear();
    for (std::uint32_t i = 0; i < lists_.size(); ++i) {
        if (!lists_.hears(i)) continue;
        for (const auto& found : utterance.hearing[i].exact) add_occurrence(utterance, i, found, Tier::exact);
        for (const auto& found : utterance.hearing[i].inflected) add_occurrence(utterance, i, found, Tier::inflected);
        add_patterns(utterance, i);
    }
    add_assumptions(utterance);
    gather_context(utterance);
    // A fuzzy or semantic verdict may still be on its way: literal and inflected hits never wait for it, nor yield
    // to it.
    std::erase_if(confirmed_, [](const Candidate& hit) { return !is_immediate(hit.tier); });
    exclusions_.insert(exclusions_.end(), utterance.exclusions.begin(), utterance.exclusions.end());
    keep_reported(candidates_, exclusions_, confirmed_);
    utterance.confirmed = candidates_;
}

// ---- Hits -----------------------------------------------------------------------------------------------------------

std::vector<Hit> SpeakerWindow::Impl::hits_of(Utterance& utterance) {
    choose(utterance);
    std::vector<Hit> hits = make_hits(utterance, candidates_);
    for (const Assumption& assumption : utterance.assumptions) {
        for (Hit& hit : hits) complete(utterance, std::span(&assumption.verdict, 1), hit);
    }
    return hits;
}

std::vector<Hit> SpeakerWindow::Impl::make_hits(Utterance& utterance, const std::vector<Candidate>& candidates) {
    std::vector<Hit> hits;
    if (candidates.empty()) return hits;
    if (utterance.number == 0) place_messages(utterance);
    hits.reserve(candidates.size());
    for (const Candidate& candidate : candidates) {
        Hit hit;
        hit.slot = candidate.list;
        hit.list = lists_.list(candidate.list);
        hit.tracker = candidate.tracker;
        hit.phrase = candidate.phrase;
        hit.tier = candidate.tier;
        hit.score = candidate.score;
        hit.begin = candidate.begin;
        hit.end = hit.known_end = candidate.end;
        for (const auto& before : ended_) {
            if (before.get() != &utterance) add_parts(*before, candidate, hit.parts);
        }
        add_parts(utterance, candidate, hit.parts);
        hits.push_back(std::move(hit));
    }
    return hits;
}

void SpeakerWindow::Impl::add_parts(const Utterance& utterance, const Candidate& candidate,
                                    std::vector<HitPart>& parts) {
    const std::string& text = utterance.said.text();
    if (candidate.begin >= utterance.base + text.size() || candidate.end <= utterance.base) return;
    for (const PlacedMessage& message : utterance.messages) {
        const std::uint64_t begin = std::max(candidate.begin, utterance.base + message.place.byte_begin);
        const std::uint64_t end = std::min(candidate.end, utterance.base + message.place.byte_end);
        if (begin >= end) continue;
        const std::string_view sentence =
            std::string_view(text).substr(message.place.byte_begin, message.place.byte_end - message.place.byte_begin);
        const std::size_t from = begin - utterance.base - message.place.byte_begin;
        const std::size_t to = end - utterance.base - message.place.byte_begin;
        HitPart part;
        part.message_id = message.id;
        part.text = sentence;
        part.begin = text::utf16_length(sentence.substr(0, from));
        part.end = part.begin + text::utf16_length(sentence.substr(from, to - from));
        part.utterance = utterance.number;
        part.time = utterance.said.time(begin - utterance.base, end - utterance.base);
        parts.push_back(std::move(part));
    }
}

void SpeakerWindow::Impl::place_messages(Utterance& utterance) {
    utterance.messages.clear();
    std::size_t k = 0;
    for (const text::Sentence& sentence : tools_.sentences().split(utterance.said.text(), language_)) {
        if (k == utterance.message_ids.size()) utterance.message_ids.push_back(ids_.make_uuid());
        utterance.messages.push_back({sentence, utterance.message_ids[k++]});
    }
}

Message SpeakerWindow::Impl::message_of(const Utterance& utterance, const PlacedMessage& message) {
    const text::Sentence& place = message.place;
    return {message.id, utterance.said.text().substr(place.byte_begin, place.byte_end - place.byte_begin),
            utterance.said.time(place.byte_begin, place.byte_end),
            utterance.said.timed_words(place.byte_begin, place.byte_end)};
}

void SpeakerWindow::Impl::note_cooldowns(const Utterance& utterance, std::span<const Candidate> reported) {
    for (const Candidate& hit : reported) {
        const bool cools = lists_.list(hit.list)->tracker(hit.tracker).cooldown_seconds > 0;
        if (cools) cooldowns_.note(utterance, hit);
    }
}

}  // namespace earshot::detect
