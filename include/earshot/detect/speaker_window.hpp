#pragma once

#include "earshot/base/ids.hpp"
#include "earshot/detect/active_lists.hpp"
#include "earshot/detect/hit.hpp"
#include "earshot/detect/language_tools.hpp"
#include "earshot/detect/tracker_list.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::detect {

inline constexpr double k_unknown_time = std::numeric_limits<double>::quiet_NaN();

/// What a speaker said, or is thought to be saying: one hypothesis or one final.
struct SpokenText {
    std::string_view text;  ///< valid UTF-8
    TimeSpan time{k_unknown_time, k_unknown_time};
    std::span<const TimedWord> words{};
};

/// Who speaks, as far as trackers care (`TrackerDefinition::speakers`).
struct SpeakerTraits {
    std::string user_id;
    std::string role;
};

/// A scorer's answer for one utterance: a tracker was heard by meaning or in garbled words. There may be several of a
/// tracker and a tier; the best of those that may be reported is.
struct Verdict {
    std::uint32_t list = 0;  ///< slot in ActiveLists
    std::uint32_t tracker = 0;
    std::uint32_t phrase = 0;    ///< the nearest phrase of its vocabulary
    Tier tier = Tier::semantic;  ///< or fuzzy
    double score = 0;
    std::uint32_t first_word = 0;  ///< of the utterance's words, from 0
    std::uint32_t last_word = 0;
    std::uint32_t known_word = 0;  ///< the last word that had to be known for it, not before `last_word`
    std::shared_ptr<const Explanation> explanation;
};

/// What a scorer could not evaluate as it should.
struct NotEvaluated {
    Tier tier = Tier::semantic;
    std::string_view reason;  ///< a stable word; lives as long as the program
    std::uint64_t windows = 0;
};

/// What a scorer says of an utterance.
struct Opinion {
    std::vector<Verdict> verdicts;
    std::vector<NotEvaluated> not_evaluated;
    bool is_refused = false;  ///< nothing was evaluated: what was assumed stands
};

/// What verdicts make of an utterance.
struct Judged {
    std::vector<Hit> retracted;  ///< open hits that were assumed while it was open, and are not confirmed
    std::vector<Hit> confirmed;
};

/// What the end of an utterance brings.
struct EndedUtterance {
    std::uint64_t number = 0;  ///< the speaker's utterances by their ends, from 1; the handle for verdicts
    std::uint64_t base = 0;    ///< where its text begins in all that the speaker said (Hit::begin counts from there)
    std::size_t bytes = 0;     ///< length of its text
    std::vector<Message> messages;  ///< empty: it held no text and ended silently
    std::vector<Hit> retracted;     ///< open hits that its end takes back
    std::vector<Hit> confirmed;     ///< its `exact`, `pattern` and `inflected` hits; others come with the verdict
    bool needs_verdict = false;     ///< some active tracker listens in `fuzzy` or `semantic`
};

/// One speaker of one conversation: all it said that can still be part of a phrase, and its open utterances. It gives
/// hits as they come, change and go, by the law that the confirmed hits depend on the final utterances alone.
///
/// How: each utterance's words run through the automata once, from where the speaker's ended words left them; a
/// hypothesis is undone by putting two numbers a list back. What the automata find are candidates; the rules of what is
/// reported (docs/hits.md) choose among them as a pure function of what is known, and the difference to what was told
/// before is what clients hear. Utterances out of reach of the longest phrase are forgotten.
///
/// No threads, no clock; belongs to the thread of its conversation, as do the tools and ids it is given, which outlive
/// it.
class SpeakerWindow {
public:
    /// `lists` outlives the window. `language` chooses the rules for sentences.
    SpeakerWindow(const ActiveLists& lists, SpeakerTraits traits, std::string language, LanguageTools& tools,
                  base::IdSource& ids);
    ~SpeakerWindow();
    SpeakerWindow(SpeakerWindow&&) noexcept;
    SpeakerWindow& operator=(SpeakerWindow&&) = delete;

    /// Names the speaker's role where it was not known before.
    void set_role(std::string role);

    /// A slot of the lists has changed: what its trackers heard goes, what kept ones heard stays, new ones hear from
    /// the next utterance on. Appends to `changes` what that changes in open utterances (null: see hypothesize). To be
    /// called after each ActiveLists::put, before any other input.
    void follow(const ListChange& change, std::vector<HitChange>* changes);

    /// Opens the utterance `id` unless it is open. Trackers that become active later do not hear it.
    void open(std::string_view id);
    bool is_open(std::string_view id) const noexcept;
    bool has_hypothesis(std::string_view id) const noexcept;

    /// Replaces the hypothesis of an open utterance; `text` follows its committed words. Appends to `changes` what this
    /// changes, unless `changes` is null (nobody listens to interims: then nothing is worked out before the end).
    void hypothesize(std::string_view id, const SpokenText& spoken, std::vector<HitChange>* changes);

    /// Commits words in place of the hypothesis.
    void commit(std::string_view id, const SpokenText& spoken, std::vector<HitChange>* changes);

    /// Turns an open hypothesis into committed words, as it stands.
    void commit_hypothesis(std::string_view id);

    /// Bytes of the committed text of an open utterance; one that has grown over a limit is to be cut.
    std::size_t committed_bytes(std::string_view id) const noexcept;

    /// Bytes of `open_text` that are not likely to change: the committed text, and of a hypothesis the words that begin
    /// the one before it, too.
    std::size_t settled_bytes(std::string_view id) const noexcept;

    /// The text of an open utterance as known: committed words, then the hypothesis. An unknown id gives an empty view.
    std::string_view open_text(std::string_view id) const noexcept;

    /// Verdicts on the text of an open utterance as it was lately known, in place of those before: what they make of it
    /// is open hits, each as long as its words stay what they were. Appends what that changes to `changes`.
    void assume(std::string_view id, std::span<const Verdict> verdicts, double default_threshold,
                std::vector<HitChange>& changes);

    /// Appends to `changes` what was not told of open utterances because nobody listened.
    void tell(std::vector<HitChange>& changes);

    /// Ends the utterance (an open hypothesis is dropped: commit it first if it is to stay). Other open utterances of
    /// the speaker are heard anew behind it; what that changes is appended to `changes` (null: see hypothesize).
    EndedUtterance end(std::string_view id, std::vector<HitChange>* changes);

    /// Ends the utterance at the last word boundary within `max_bytes` of its committed text; what is behind it, and
    /// the hypothesis, open an utterance of the same id.
    EndedUtterance cut(std::string_view id, std::size_t max_bytes, std::vector<HitChange>* changes);

    /// The text of an ended utterance that waits for its verdict. Errors: none; an unknown number gives an empty view.
    std::string_view ended_text(std::uint64_t number) const noexcept;

    /// The verdict on an ended utterance: what of it is reported, confirmed, and what was only assumed of it, taken
    /// back. `verdicts` empty: nothing was heard, or nothing was evaluated. Verdicts must be given in the order of the
    /// utterances' ends; each only once.
    Judged judge(std::uint64_t number, std::span<const Verdict> verdicts, double default_threshold);

    /// The hits of all open utterances as last told, and what is assumed of ended ones that await their verdict, for a
    /// listener that comes late.
    std::vector<Hit> open_hits() const;

    /// Words heard so far in ended utterances.
    std::uint64_t ended_words() const noexcept;

    /// Heap bytes held, roughly, for metrics and tests of boundedness.
    std::size_t memory_bytes() const noexcept;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::detect
