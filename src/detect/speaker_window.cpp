#include "earshot/detect/speaker_window.hpp"

#include "earshot/text/utf8.hpp"

#include "cooldowns.hpp"
#include "hit_ledger.hpp"
#include "list_change.hpp"
#include "report.hpp"
#include "utterance.hpp"

#include <algorithm>

namespace earshot::detect {
namespace {

/// Where a speaker's ended words leave one list's automata.
struct ListStream {
    match::PhraseState state;
    std::vector<match::WordIds> tail;  ///< of the last words that a phrase can still reach
};

}  // namespace

class SpeakerWindow::Impl {
public:
    Impl(const ActiveLists& lists, SpeakerTraits traits, std::string language, LanguageTools& tools,
         base::IdSource& ids)
        : lists_(lists), traits_(std::move(traits)), language_(std::move(language)), tools_(tools), ids_(ids) {}

    void set_role(std::string role) { traits_.role = std::move(role); }

    Utterance* find(std::string_view id) const noexcept {
        for (const auto& utterance : open_) {
            if (utterance->id == id) return utterance.get();
        }
        return nullptr;
    }

    Utterance& open(std::string_view id) {
        if (Utterance* known = find(id)) return *known;
        std::unique_ptr<Utterance> utterance;
        if (spare_.empty()) {
            utterance = std::make_unique<Utterance>();
        } else {
            utterance = std::move(spare_.back());
            spare_.pop_back();
        }
        utterance->id = id;
        utterance->epoch = lists_.epoch();
        place_behind_ended(*utterance);
        open_.push_back(std::move(utterance));
        return *open_.back();
    }

    void follow(const ListChange& change, std::vector<HitChange>* changes) {
        if (streams_.size() < lists_.size()) streams_.resize(lists_.size());
        hear_ended(change.slot);
        cooldowns_.follow(change);
        for (const auto& utterance : ended_) {
            move_to_new_list(change, utterance->confirmed);
            move_to_new_list(change, utterance->exclusions);
        }
        for (const auto& utterance : open_) {
            for (Hit& hit : utterance->told) move_told(change, hit);
            hear_anew(*utterance);
            if (changes) tell(*utterance, *changes);
        }
    }

    void hypothesize(Utterance& utterance, const SpokenText& spoken) {
        undo_hypothesis(utterance);
        const std::size_t from = utterance.said.committed_words();
        utterance.said.hypothesize(spoken, tools_.tokenizer());
        hear(utterance, from);
    }

    void commit(Utterance& utterance, const SpokenText& spoken) {
        undo_hypothesis(utterance);
        const std::size_t from = utterance.said.committed_words();
        utterance.said.commit(spoken, tools_.tokenizer());
        hear(utterance, from);
    }

    void commit_hypothesis(Utterance& utterance) {
        if (!utterance.said.has_hypothesis()) return;  // an empty one says nothing, not even when
        const std::size_t from = utterance.said.committed_words();
        undo_hypothesis(utterance);
        utterance.said.commit_hypothesis();
        hear(utterance, from);
    }

    /// Tells what the words as known change against what was told.
    void tell(Utterance& utterance, std::vector<HitChange>& changes) {
        if (utterance.told.empty() && !has_candidates(utterance)) return;
        tell_difference(utterance.told, hits_of(utterance), ids_, changes);
    }

    EndedUtterance end(Utterance& utterance, std::vector<HitChange>* changes) {
        undo_hypothesis(utterance);
        utterance.said.drop_hypothesis();
        EndedUtterance ended;
        const auto place =
            std::find_if(open_.begin(), open_.end(), [&](const auto& open) { return open.get() == &utterance; });
        std::unique_ptr<Utterance> owned = std::move(*place);
        open_.erase(place);
        if (owned->said.text().empty()) {
            for (Hit& hit : owned->told) ended.retracted.push_back(std::move(hit));
            recycle(std::move(owned));
            return ended;
        }

        std::vector<Hit> hits;
        if (has_candidates(*owned)) {
            hits = hits_of(*owned);
        } else {  // what was worked out for a hypothesis must not outlive it
            owned->exclusions.clear();
            owned->confirmed.clear();
        }
        settle(owned->told, hits, ids_, ended.retracted);
        ended.confirmed = std::move(hits);
        ended.number = owned->number = ++ended_count_;
        ended.base = owned->base;
        ended.bytes = owned->said.text().size();
        place_messages(*owned);
        for (const PlacedMessage& message : owned->messages) ended.messages.push_back(message_of(*owned, message));
        owned->awaits_verdict = ended.needs_verdict = wants_verdict(*owned);
        note_cooldowns(*owned, owned->confirmed);
        take_over(*owned);
        ended_.push_back(std::move(owned));
        forget_out_of_reach();
        for (const auto& other : open_) {
            place_behind_ended(*other);
            hear_anew(*other);
            if (changes) tell(*other, *changes);
        }
        return ended;
    }

    EndedUtterance cut(Utterance& utterance, std::size_t max_bytes, std::vector<HitChange>* changes) {
        UtteranceText rest;
        utterance.said.split_off(utterance.said.last_boundary_within(max_bytes), rest, tools_.tokenizer());
        hear_anew(utterance);
        const std::string id = utterance.id;
        const std::uint64_t epoch = utterance.epoch;
        EndedUtterance ended = end(utterance, changes);
        Utterance& next = open(id);
        next.epoch = epoch;
        next.said = std::move(rest);
        hear_anew(next);
        if (changes) tell(next, *changes);
        return ended;
    }

    std::vector<Hit> judge(std::uint64_t number, std::span<const Verdict> verdicts, double default_threshold) {
        Utterance* utterance = find_ended(number);
        if (utterance == nullptr || !utterance->awaits_verdict) return {};
        std::vector<Candidate> candidates;
        for (const Verdict& verdict : verdicts) {
            if (is_acceptable(*utterance, verdict, default_threshold))
                candidates.push_back(candidate_of(*utterance, verdict));
        }
        gather_context(*utterance);
        keep_reported(candidates, exclusions_, confirmed_);
        std::vector<Hit> hits = make_hits(*utterance, candidates);
        for (Hit& hit : hits) hit.id = ids_.make_uuid();
        note_cooldowns(*utterance, candidates);
        utterance->confirmed.insert(utterance->confirmed.end(), candidates.begin(), candidates.end());
        utterance->awaits_verdict = false;
        forget_out_of_reach();
        return hits;
    }

    const std::vector<std::unique_ptr<Utterance>>& open_utterances() const noexcept { return open_; }
    std::uint64_t ended_words() const noexcept { return ended_words_; }

    const Utterance* find_ended(std::uint64_t number) const noexcept {
        for (const auto& utterance : ended_) {
            if (utterance->number == number) return utterance.get();
        }
        return nullptr;
    }
    Utterance* find_ended(std::uint64_t number) noexcept {
        return const_cast<Utterance*>(std::as_const(*this).find_ended(number));
    }

    std::size_t memory_bytes() const noexcept {
        std::size_t bytes = sizeof(*this);
        for (const auto& utterance : open_) bytes += utterance->memory_bytes();
        for (const auto& utterance : ended_) bytes += utterance->memory_bytes();
        for (const auto& utterance : spare_) bytes += utterance->memory_bytes();
        for (const auto& stream : streams_) bytes += sizeof(stream) + stream.tail.capacity() * sizeof(match::WordIds);
        return bytes;
    }

private:
    // ---- Words through the automata --------------------------------------------------------------------------------

    /// Puts an open utterance behind all that ended; its words must then be heard anew, if it has some.
    void place_behind_ended(Utterance& utterance) {
        utterance.base = ended_bytes_;
        utterance.first_word = static_cast<std::uint32_t>(ended_words_);
        if (streams_.size() < lists_.size()) streams_.resize(lists_.size());
        if (utterance.hearing.size() < streams_.size()) utterance.hearing.resize(streams_.size());
        for (std::size_t i = 0; i < streams_.size(); ++i) {
            ListHearing& list = utterance.hearing[i];
            list.committed = streams_[i].state;
            list.ids = streams_[i].tail;
            list.committed_ids = list.ids.size();
            list.exact.clear();
            list.inflected.clear();
            list.committed_exact = list.committed_inflected = 0;
        }
    }

    /// Puts a slot's automata behind the ended words, as far as these are kept. That is as far as the phrases of its
    /// former list reached, and new phrases do not hear these words.
    void hear_ended(std::size_t slot) {
        streams_[slot] = {};
        if (!lists_.hears(slot)) return;
        ListHearing heard;
        for (const auto& utterance : ended_) {
            advance(*utterance, slot, 0, utterance->said.words().words.size(), heard.committed, heard);
        }
        keep_reach(slot, heard);
    }

    /// A told hit whose tracker goes on is one of the new list's; any other keeps what names it, until it is taken
    /// back.
    void move_told(const ListChange& change, Hit& hit) const {
        if (hit.slot != change.slot || hit.list != change.before || !change.now[hit.tracker]) return;
        hit.list = lists_.list(change.slot);
        hit.tracker = *change.now[hit.tracker];
    }

    void hear_anew(Utterance& utterance) {
        place_behind_ended(utterance);
        hear(utterance, 0);
    }

    void undo_hypothesis(Utterance& utterance) {
        for (ListHearing& list : utterance.hearing) {
            list.ids.resize(list.committed_ids);
            list.exact.resize(list.committed_exact);
            list.inflected.resize(list.committed_inflected);
        }
    }

    /// Runs the words from `from` on through every list; the automata stand there. Remembers where the committed words
    /// end.
    void hear(Utterance& utterance, std::size_t from) {
        const std::size_t committed = utterance.said.committed_words();
        const std::size_t all = utterance.said.words().words.size();
        for (std::size_t i = 0; i < lists_.size(); ++i) {
            if (!lists_.hears(i)) continue;
            ListHearing& list = utterance.hearing[i];
            if (from < committed) {
                advance(utterance, i, from, committed, list.committed, list);
                list.committed_ids = list.ids.size();
                list.committed_exact = list.exact.size();
                list.committed_inflected = list.inflected.size();
            }
            match::PhraseState state = list.committed;
            if (committed < all) advance(utterance, i, committed, all, state, list);
        }
    }

    void advance(const Utterance& utterance, std::size_t index, std::size_t from, std::size_t to,
                 match::PhraseState& state, ListHearing& list) {
        const match::PhraseSet& phrases = lists_.list(index)->phrases();
        const bool inflects = phrases.definition().inflection == match::Inflection::on;
        match::StemCache* stems = inflects ? &tools_.stems(phrases.definition().language) : nullptr;
        phrases.advance(utterance.said.words(), from, to, utterance.first_word, state, stems, list.ids, list.exact,
                        list.inflected);
    }

    /// The speaker's ended words now include those of `utterance`.
    void take_over(Utterance& utterance) {
        for (std::size_t i = 0; i < streams_.size(); ++i) {
            streams_[i].tail.clear();
            streams_[i].state = {};
            if (lists_.hears(i)) keep_reach(i, utterance.hearing[i]);
        }
        ended_words_ += utterance.said.words().words.size();
        ended_bytes_ += utterance.said.text().size() + 1;
    }

    /// Where `heard` leaves the automata is where the next utterance finds them.
    void keep_reach(std::size_t slot, const ListHearing& heard) {
        const std::uint32_t longest = lists_.list(slot)->phrases().max_words();
        const std::size_t reach = std::min<std::size_t>(longest > 0 ? longest - 1 : 0, heard.ids.size());
        streams_[slot].state = heard.committed;
        streams_[slot].tail.assign(heard.ids.end() - static_cast<std::ptrdiff_t>(reach), heard.ids.end());
    }

    void forget_out_of_reach() {
        std::uint32_t longest = 0;
        for (std::size_t i = 0; i < lists_.size(); ++i) {
            if (lists_.list(i)) longest = std::max(longest, lists_.list(i)->phrases().max_words());
        }
        const std::uint64_t reach = longest > 0 ? longest - 1 : 0;
        while (!ended_.empty() && !ended_.front()->awaits_verdict &&
               ended_.front()->end_word() + reach <= ended_words_) {
            recycle(std::move(ended_.front()));
            ended_.pop_front();
        }
    }

    void recycle(std::unique_ptr<Utterance> utterance) {
        constexpr std::size_t k_spare = 2;
        constexpr std::size_t k_spare_bytes = 32 * 1024;
        if (spare_.size() >= k_spare || utterance->memory_bytes() > k_spare_bytes) return;
        utterance->clear();
        spare_.push_back(std::move(utterance));
    }

    // ---- Candidates ------------------------------------------------------------------------------------------------

    bool has_candidates(const Utterance& utterance) const noexcept {
        for (std::size_t i = 0; i < lists_.size(); ++i) {
            if (!lists_.hears(i)) continue;
            if (!utterance.hearing[i].exact.empty() || !utterance.hearing[i].inflected.empty()) return true;
            if (lists_.list(i)->patterns().size() > 0) return true;
        }
        return false;
    }

    bool listens(const TrackerDefinition& tracker) const noexcept {
        const auto names_speaker = [&](const std::string& name) {
            return !name.empty() && (name == traits_.user_id || name == traits_.role);
        };
        return tracker.speakers.empty() || std::any_of(tracker.speakers.begin(), tracker.speakers.end(), names_speaker);
    }

    /// The ended utterance that holds the speaker's word number `word`, which is before the open one; null if
    /// forgotten.
    const Utterance* utterance_of_word(std::uint32_t word) const noexcept {
        for (auto it = ended_.rbegin(); it != ended_.rend(); ++it) {
            if ((*it)->first_word <= word && word < (*it)->end_word()) return it->get();
        }
        return nullptr;
    }

    /// The least epoch of the utterances that the words from `first_word` to `last` lie in: trackers that came later
    /// did not hear all of them.
    std::uint64_t epoch_of_words(std::uint32_t first_word, const Utterance& last) const noexcept {
        std::uint64_t epoch = last.epoch;
        for (auto it = ended_.rbegin(); it != ended_.rend() && first_word < last.first_word; ++it) {
            const Utterance& before = **it;
            if (first_word < before.end_word() && before.first_word < last.first_word) {
                epoch = std::min(epoch, before.epoch);
            }
        }
        return epoch;
    }

    /// True if a silence of more than `gap` seconds lies between the utterance of `first_word` and `last`.
    bool is_broken_by_silence(std::uint32_t first_word, const Utterance& last, double gap) const noexcept {
        double next_start = last.said.time().start;
        for (auto it = ended_.rbegin(); it != ended_.rend(); ++it) {
            const Utterance& before = **it;
            if (&before == &last || before.first_word > last.first_word ||
                (last.number && before.number > last.number)) {
                continue;
            }
            const TimeSpan time = before.said.time();
            if (next_start - time.end > gap) return true;  // false where a time is not known
            next_start = time.start;
            if (before.first_word <= first_word) return false;
        }
        return false;
    }

    bool resolve(const Utterance& utterance, std::uint32_t first_word, std::uint32_t last_word, std::uint64_t& begin,
                 std::uint64_t& end) const noexcept {
        const Utterance* first = first_word >= utterance.first_word ? &utterance : utterance_of_word(first_word);
        if (first == nullptr) return false;
        begin = first->base + first->said.words().words[first_word - first->first_word].byte_begin;
        end = utterance.base + utterance.said.words().words[last_word - utterance.first_word].byte_end;
        return true;
    }

    void add_occurrence(Utterance& utterance, std::uint32_t list_index, const match::Occurrence& occurrence,
                        Tier tier) {
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

    void add_candidate(const Utterance& utterance, const Candidate& candidate) {
        const TrackerList& list = *lists_.list(candidate.list);
        const TrackerDefinition& tracker = list.tracker(candidate.tracker);
        if (!list.tiers(candidate.tracker).has(candidate.tier) || !listens(tracker)) return;
        if (cooldowns_.suppress(candidate, tracker.cooldown_seconds, utterance)) return;
        candidates_.push_back(candidate);
    }

    void add_patterns(const Utterance& utterance, std::uint32_t list_index) {
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

    /// What ended utterances up to `utterance` leave: exclusions and confirmed hits.
    void gather_context(const Utterance& utterance) {
        exclusions_.clear();
        confirmed_.clear();
        for (const auto& before : ended_) {
            if (utterance.number != 0 && before->number > utterance.number) continue;
            exclusions_.insert(exclusions_.end(), before->exclusions.begin(), before->exclusions.end());
            confirmed_.insert(confirmed_.end(), before->confirmed.begin(), before->confirmed.end());
        }
    }

    /// What is reported of an open utterance as known, in `candidates_`.
    void choose(Utterance& utterance) {
        candidates_.clear();
        utterance.exclusions.clear();
        for (std::uint32_t i = 0; i < lists_.size(); ++i) {
            if (!lists_.hears(i)) continue;
            for (const auto& found : utterance.hearing[i].exact) add_occurrence(utterance, i, found, Tier::exact);
            for (const auto& found : utterance.hearing[i].inflected)
                add_occurrence(utterance, i, found, Tier::inflected);
            add_patterns(utterance, i);
        }
        gather_context(utterance);
        // A fuzzy or semantic verdict may still be on its way: literal and inflected hits never wait for it, nor yield
        // to it.
        std::erase_if(confirmed_, [](const Candidate& hit) { return !is_immediate(hit.tier); });
        exclusions_.insert(exclusions_.end(), utterance.exclusions.begin(), utterance.exclusions.end());
        keep_reported(candidates_, exclusions_, confirmed_);
        utterance.confirmed = candidates_;
    }

    // ---- Hits ------------------------------------------------------------------------------------------------------

    std::vector<Hit> hits_of(Utterance& utterance) {
        choose(utterance);
        return make_hits(utterance, candidates_);
    }

    std::vector<Hit> make_hits(Utterance& utterance, const std::vector<Candidate>& candidates) {
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
            hit.end = candidate.end;
            for (const auto& before : ended_) {
                if (before.get() != &utterance) add_parts(*before, candidate, hit.parts);
            }
            add_parts(utterance, candidate, hit.parts);
            hits.push_back(std::move(hit));
        }
        return hits;
    }

    static void add_parts(const Utterance& utterance, const Candidate& candidate, std::vector<HitPart>& parts) {
        const std::string& text = utterance.said.text();
        if (candidate.begin >= utterance.base + text.size() || candidate.end <= utterance.base) return;
        for (const PlacedMessage& message : utterance.messages) {
            const std::uint64_t begin = std::max(candidate.begin, utterance.base + message.place.byte_begin);
            const std::uint64_t end = std::min(candidate.end, utterance.base + message.place.byte_end);
            if (begin >= end) continue;
            const std::string_view sentence = std::string_view(text).substr(
                message.place.byte_begin, message.place.byte_end - message.place.byte_begin);
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

    /// Cuts the text as known into messages; sentence k keeps the id that it was first given.
    void place_messages(Utterance& utterance) {
        utterance.messages.clear();
        std::size_t k = 0;
        for (const text::Sentence& sentence : tools_.sentences().split(utterance.said.text(), language_)) {
            if (k == utterance.message_ids.size()) utterance.message_ids.push_back(ids_.make_uuid());
            utterance.messages.push_back({sentence, utterance.message_ids[k++]});
        }
    }

    static Message message_of(const Utterance& utterance, const PlacedMessage& message) {
        const text::Sentence& place = message.place;
        return {message.id, utterance.said.text().substr(place.byte_begin, place.byte_end - place.byte_begin),
                utterance.said.time(place.byte_begin, place.byte_end),
                utterance.said.timed_words(place.byte_begin, place.byte_end)};
    }

    void note_cooldowns(const Utterance& utterance, std::span<const Candidate> reported) {
        for (const Candidate& hit : reported) {
            const bool cools = lists_.list(hit.list)->tracker(hit.tracker).cooldown_seconds > 0;
            if (cools) cooldowns_.note(utterance, hit);
        }
    }

    // ---- Verdicts --------------------------------------------------------------------------------------------------

    bool wants_verdict(const Utterance& utterance) const noexcept {
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

    bool is_acceptable(const Utterance& utterance, const Verdict& verdict, double default_threshold) const noexcept {
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

    static Candidate candidate_of(const Utterance& utterance, const Verdict& verdict) noexcept {
        const auto& words = utterance.said.words().words;
        return {verdict.list,
                verdict.tracker,
                verdict.phrase,
                verdict.tier,
                verdict.score,
                utterance.base + words[verdict.first_word].byte_begin,
                utterance.base + words[verdict.last_word].byte_end};
    }

    const ActiveLists& lists_;
    SpeakerTraits traits_;
    std::string language_;
    LanguageTools& tools_;
    base::IdSource& ids_;

    std::vector<std::unique_ptr<Utterance>> open_;  // in the order of their opening
    std::deque<std::unique_ptr<Utterance>> ended_;  // in the order of their ends, those within reach
    std::vector<std::unique_ptr<Utterance>> spare_;
    std::vector<ListStream> streams_;
    Cooldowns cooldowns_;
    std::uint64_t ended_words_ = 0;
    std::uint64_t ended_bytes_ = 0;
    std::uint64_t ended_count_ = 0;

    // Scratch of one evaluation, kept for its memory.
    std::vector<Candidate> candidates_;
    std::vector<Candidate> confirmed_;
    std::vector<Exclusion> exclusions_;
    match::PatternScratch pattern_scratch_;
    std::vector<match::PatternMatch> matches_;
};

SpeakerWindow::SpeakerWindow(const ActiveLists& lists, SpeakerTraits traits, std::string language, LanguageTools& tools,
                             base::IdSource& ids)
    : impl_(std::make_unique<Impl>(lists, std::move(traits), std::move(language), tools, ids)) {}

SpeakerWindow::~SpeakerWindow() = default;
SpeakerWindow::SpeakerWindow(SpeakerWindow&&) noexcept = default;

void SpeakerWindow::set_role(std::string role) {
    impl_->set_role(std::move(role));
}

void SpeakerWindow::follow(const ListChange& change, std::vector<HitChange>* changes) {
    impl_->follow(change, changes);
}

void SpeakerWindow::open(std::string_view id) {
    impl_->open(id);
}

bool SpeakerWindow::is_open(std::string_view id) const noexcept {
    return impl_->find(id) != nullptr;
}

bool SpeakerWindow::has_hypothesis(std::string_view id) const noexcept {
    const Utterance* utterance = impl_->find(id);
    return utterance != nullptr && utterance->said.has_hypothesis();
}

void SpeakerWindow::hypothesize(std::string_view id, const SpokenText& spoken, std::vector<HitChange>* changes) {
    Utterance& utterance = impl_->open(id);
    impl_->hypothesize(utterance, spoken);
    if (changes) impl_->tell(utterance, *changes);
}

void SpeakerWindow::commit(std::string_view id, const SpokenText& spoken, std::vector<HitChange>* changes) {
    Utterance& utterance = impl_->open(id);
    impl_->commit(utterance, spoken);
    if (changes) impl_->tell(utterance, *changes);
}

void SpeakerWindow::commit_hypothesis(std::string_view id) {
    if (Utterance* utterance = impl_->find(id)) impl_->commit_hypothesis(*utterance);
}

void SpeakerWindow::tell(std::vector<HitChange>& changes) {
    for (const auto& utterance : impl_->open_utterances()) impl_->tell(*utterance, changes);
}

std::size_t SpeakerWindow::committed_bytes(std::string_view id) const noexcept {
    const Utterance* utterance = impl_->find(id);
    return utterance == nullptr ? 0 : utterance->said.committed_bytes();
}

EndedUtterance SpeakerWindow::end(std::string_view id, std::vector<HitChange>* changes) {
    Utterance* utterance = impl_->find(id);
    return utterance == nullptr ? EndedUtterance{} : impl_->end(*utterance, changes);
}

EndedUtterance SpeakerWindow::cut(std::string_view id, std::size_t max_bytes, std::vector<HitChange>* changes) {
    Utterance* utterance = impl_->find(id);
    return utterance == nullptr ? EndedUtterance{} : impl_->cut(*utterance, max_bytes, changes);
}

std::string_view SpeakerWindow::ended_text(std::uint64_t number) const noexcept {
    const Utterance* utterance = std::as_const(*impl_).find_ended(number);
    return utterance == nullptr ? std::string_view() : std::string_view(utterance->said.text());
}

std::vector<Hit> SpeakerWindow::judge(std::uint64_t number, std::span<const Verdict> verdicts,
                                      double default_threshold) {
    return impl_->judge(number, verdicts, default_threshold);
}

std::vector<Hit> SpeakerWindow::open_hits() const {
    std::vector<Hit> hits;
    for (const auto& utterance : impl_->open_utterances()) {
        hits.insert(hits.end(), utterance->told.begin(), utterance->told.end());
    }
    return hits;
}

std::uint64_t SpeakerWindow::ended_words() const noexcept {
    return impl_->ended_words();
}

std::size_t SpeakerWindow::memory_bytes() const noexcept {
    return sizeof(*this) + impl_->memory_bytes();
}

}  // namespace earshot::detect
