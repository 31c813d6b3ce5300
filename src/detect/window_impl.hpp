#pragma once

#include "earshot/detect/speaker_window.hpp"

#include "cooldowns.hpp"
#include "list_change.hpp"
#include "report.hpp"
#include "utterance.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace earshot::detect {

/// Where a speaker's ended words leave one list's automata.
struct ListStream {
    match::PhraseState state;
    std::vector<match::WordIds> tail;  ///< of the last words that a phrase can still reach
};

/// What a window does with its utterances: how they come and end (speaker_window.cpp), how their words go through the
/// automata (window_words.cpp), and what of what these find is reported (window_report.cpp).
class SpeakerWindow::Impl {
public:
    Impl(const ActiveLists& lists, SpeakerTraits traits, std::string language, LanguageTools& tools,
         base::IdSource& ids)
        : lists_(lists), traits_(std::move(traits)), language_(std::move(language)), tools_(tools), ids_(ids) {}

    void set_role(std::string role) { traits_.role = std::move(role); }

    Utterance* find(std::string_view id) const noexcept;
    Utterance& open(std::string_view id);
    void follow(const ListChange& change, std::vector<HitChange>* changes);
    void hypothesize(Utterance& utterance, const SpokenText& spoken);
    void commit(Utterance& utterance, const SpokenText& spoken);
    void commit_hypothesis(Utterance& utterance);

    /// Tells what the words as known change against what was told.
    void tell(Utterance& utterance, std::vector<HitChange>& changes);

    EndedUtterance end(Utterance& utterance, std::vector<HitChange>* changes);
    EndedUtterance cut(Utterance& utterance, std::size_t max_bytes, std::vector<HitChange>* changes);
    void assume(Utterance& utterance, std::span<const Verdict> verdicts, double default_threshold,
                std::vector<HitChange>& changes);
    Judged judge(std::uint64_t number, std::span<const Verdict> verdicts, double default_threshold);
    std::vector<Hit> open_hits() const;

    const std::vector<std::unique_ptr<Utterance>>& open_utterances() const noexcept { return open_; }
    std::uint64_t ended_words() const noexcept { return ended_words_; }
    const Utterance* find_ended(std::uint64_t number) const noexcept;
    Utterance* find_ended(std::uint64_t number) noexcept;
    std::size_t memory_bytes() const noexcept;

private:
    // ---- Words through the automata --------------------------------------------------------------------------------

    /// Puts an open utterance behind all that ended; its words must then be heard anew, if it has some.
    void place_behind_ended(Utterance& utterance);

    /// Puts a slot's automata behind the ended words, as far as these are kept. That is as far as the phrases of its
    /// former list reached, and new phrases do not hear these words.
    void hear_ended(std::size_t slot);

    /// A told hit whose tracker goes on is one of the new list's; any other keeps what names it, until it is taken
    /// back.
    void move_told(const ListChange& change, Hit& hit) const;

    /// Of hits that await a verdict: those whose trackers are gone.
    static void take_back_gone(const ListChange& change, std::vector<Hit>& told, std::vector<HitChange>& changes);

    void hear_anew(Utterance& utterance);
    void undo_hypothesis(Utterance& utterance);

    /// Runs the words from `from` on through every list; the automata stand there. Remembers where the committed words
    /// end.
    void hear(Utterance& utterance, std::size_t from);

    void advance(const Utterance& utterance, std::size_t index, std::size_t from, std::size_t to,
                 match::PhraseState& state, ListHearing& list);

    /// The speaker's ended words now include those of `utterance`.
    void take_over(Utterance& utterance);

    /// Where `heard` leaves the automata is where the next utterance finds them.
    void keep_reach(std::size_t slot, const ListHearing& heard);

    void forget_out_of_reach();
    void recycle(std::unique_ptr<Utterance> utterance);

    // ---- Candidates ------------------------------------------------------------------------------------------------

    bool has_candidates(const Utterance& utterance) const noexcept;
    bool listens(const TrackerDefinition& tracker) const noexcept;

    /// The ended utterance that holds the speaker's word number `word`, which is before the open one; null if
    /// forgotten.
    const Utterance* utterance_of_word(std::uint32_t word) const noexcept;

    /// The least epoch of the utterances that the words from `first_word` to `last` lie in: trackers that came later
    /// did not hear all of them.
    std::uint64_t epoch_of_words(std::uint32_t first_word, const Utterance& last) const noexcept;

    /// True if a silence of more than `gap` seconds lies between the utterance of `first_word` and `last`.
    bool is_broken_by_silence(std::uint32_t first_word, const Utterance& last, double gap) const noexcept;

    bool resolve(const Utterance& utterance, std::uint32_t first_word, std::uint32_t last_word, std::uint64_t& begin,
                 std::uint64_t& end) const noexcept;
    void add_occurrence(Utterance& utterance, std::uint32_t list_index, const match::Occurrence& occurrence, Tier tier);
    void add_candidate(const Utterance& utterance, const Candidate& candidate);
    void add_patterns(const Utterance& utterance, std::uint32_t list_index);

    /// What ended utterances up to `utterance` leave: exclusions and confirmed hits.
    void gather_context(const Utterance& utterance);

    /// What is reported of an open utterance as known, in `candidates_`.
    void choose(Utterance& utterance);

    // ---- Hits ------------------------------------------------------------------------------------------------------

    std::vector<Hit> hits_of(Utterance& utterance);
    std::vector<Hit> make_hits(Utterance& utterance, const std::vector<Candidate>& candidates);
    static void add_parts(const Utterance& utterance, const Candidate& candidate, std::vector<HitPart>& parts);

    /// Cuts the text as known into messages; sentence k keeps the id that it was first given.
    void place_messages(Utterance& utterance);

    static Message message_of(const Utterance& utterance, const PlacedMessage& message);
    void note_cooldowns(const Utterance& utterance, std::span<const Candidate> reported);

    // ---- Verdicts --------------------------------------------------------------------------------------------------

    bool wants_verdict(const Utterance& utterance) const noexcept;
    bool is_acceptable(const Utterance& utterance, const Verdict& verdict, double default_threshold) const noexcept;
    static Candidate candidate_of(const Utterance& utterance, const Verdict& verdict) noexcept;
    static std::uint64_t hash_of_words(const Utterance& utterance, const Verdict& verdict) noexcept;
    void add_assumptions(const Utterance& utterance);

    /// What only the verdict knows of a hit that came of it.
    static void complete(const Utterance& utterance, std::span<const Verdict> verdicts, Hit& hit);

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

}  // namespace earshot::detect
