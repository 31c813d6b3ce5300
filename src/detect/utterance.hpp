#pragma once

#include "earshot/detect/language_tools.hpp"
#include "earshot/detect/speaker_window.hpp"

#include "report.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace earshot::detect {

/// When a stretch of an utterance's text was said: a whole chunk, or one word of it.
struct TimeMark {
    enum class Scope : std::uint8_t { chunk, word };
    std::uint32_t byte_begin;
    std::uint32_t byte_end;
    Scope scope;
    TimeSpan time;
};

/// The text of one utterance as known: committed words, then a hypothesis. Knows words and times, nothing of trackers.
class UtteranceText {
public:
    /// Replaces the hypothesis. The seam to the committed words is one blank.
    void hypothesize(const SpokenText& spoken, text::Tokenizer& tokenizer);

    /// Replaces the hypothesis and commits.
    void commit(const SpokenText& spoken, text::Tokenizer& tokenizer);

    void commit_hypothesis() noexcept;
    void drop_hypothesis() noexcept;

    /// Moves what follows the first `bytes` committed bytes, and the hypothesis, to the empty `rest`.
    void split_off(std::size_t bytes, UtteranceText& rest, text::Tokenizer& tokenizer);

    void clear() noexcept;

    const std::string& text() const noexcept { return text_; }
    const text::WordList& words() const noexcept { return words_; }
    std::size_t committed_bytes() const noexcept { return committed_.bytes; }
    std::size_t committed_words() const noexcept { return committed_.words; }

    /// The committed text, and the words with which the hypothesis and the one before it both begin.
    std::size_t settled_bytes() const noexcept { return std::max(settled_, committed_.bytes); }
    bool has_hypothesis() const noexcept { return text_.size() > committed_.bytes; }

    /// From the least start to the greatest end of the finals; of the hypothesis where nothing is committed.
    TimeSpan time() const noexcept;

    /// Of the words in [begin, end) bytes: as the recogniser timed them, else as their chunks were.
    TimeSpan time(std::size_t begin, std::size_t end) const noexcept;

    /// The words in [begin, end) bytes that the recogniser timed.
    std::vector<TimedWord> timed_words(std::size_t begin, std::size_t end) const;

    /// The last word boundary within `limit` bytes of the committed text, which is longer.
    std::size_t last_boundary_within(std::size_t limit) const noexcept;

    std::size_t memory_bytes() const noexcept;

private:
    struct Committed {
        std::size_t bytes = 0;
        std::size_t utf16 = 0;
        std::size_t words = 0;
        std::size_t normal = 0;
        std::size_t times = 0;
    };

    void append(const SpokenText& spoken, text::Tokenizer& tokenizer);
    void note_words_before(std::string_view piece);
    void mark_times(std::string_view piece, std::size_t at, const SpokenText& spoken);

    std::string text_;
    text::WordList words_;
    std::vector<TimeMark> times_;
    std::size_t utf16_ = 0;
    std::size_t settled_ = 0;  // of the hypothesis
    Committed committed_;
    std::vector<std::uint32_t> ends_before_;  // scratch of one hypothesis
};

/// What one list's automata made of an utterance: candidates, and where they stand after the committed words.
struct ListHearing {
    match::PhraseState committed;
    std::vector<match::WordIds> ids;  ///< of the words before the utterance that a phrase can reach, then of its own
    std::vector<match::Occurrence> exact;
    std::vector<match::Occurrence> inflected;
    std::size_t committed_ids = 0;
    std::size_t committed_exact = 0;
    std::size_t committed_inflected = 0;
};

/// A verdict on an open utterance, and what its words were then.
struct Assumption {
    Verdict verdict;
    std::uint64_t words_hash = 0;
};

/// A message and where it stands in its utterance.
struct PlacedMessage {
    text::Sentence place;
    std::string id;
};

/// One utterance, open or ended. Reused after its time, so that steady speech allocates nothing.
struct Utterance {
    std::string id;
    UtteranceText said;
    std::uint64_t number = 0;          ///< by the end, from 1; 0 while open
    std::uint64_t base = 0;            ///< byte position of its text in all that the speaker said
    std::uint32_t first_word = 0;      ///< number of its first word among the speaker's
    std::uint64_t epoch = 0;           ///< of the lists when it was opened: trackers that came later do not hear it
    std::vector<ListHearing> hearing;  ///< by slot
    std::vector<std::string> message_ids;
    std::vector<Hit> told;  ///< its hits as last told, in the order of keep_reported; once ended: those that its
                            ///< verdict confirms or takes back
    std::vector<Assumption> assumptions;
    double default_threshold = 1;  ///< that the assumptions came with

    // Once ended:
    std::vector<PlacedMessage> messages;
    std::vector<Exclusion> exclusions;
    std::vector<Candidate> confirmed;
    bool awaits_verdict = false;

    std::uint32_t end_word() const noexcept {
        return first_word + static_cast<std::uint32_t>(said.words().words.size());
    }
    void clear() noexcept;
    std::size_t memory_bytes() const noexcept;
};

}  // namespace earshot::detect
