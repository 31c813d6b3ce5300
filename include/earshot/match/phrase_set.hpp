#pragma once

#include "earshot/base/error.hpp"
#include "earshot/match/phrase_automaton.hpp"
#include "earshot/match/stemmer.hpp"
#include "earshot/match/vocabulary.hpp"
#include "earshot/text/tokenizer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::match {

/// Index of a phrase in its PhraseSet.
using PhraseId = std::uint32_t;

/// Whether a set also hears other inflections of its phrases.
enum class Inflection : std::uint8_t { off, on };

/// What a PhraseSet is made of; equal definitions give equal sets, so this is the key by which sets are shared.
struct PhraseSetDefinition {
    std::vector<std::string> phrases;  ///< normalised (PhraseSet::normalise), sorted by bytes, each once
    Inflection inflection = Inflection::off;
    std::string language;  ///< BCP 47 code whose stemmer is used; empty where inflection is off
    friend bool operator==(const PhraseSetDefinition&, const PhraseSetDefinition&) = default;
};

/// One place where a phrase stands in a stream of words.
struct Occurrence {
    PhraseId phrase = 0;
    std::uint32_t last_word = 0;   ///< index of its last word, as the caller counts them
    std::uint32_t word_count = 0;  ///< words of the phrase; the first one is last_word + 1 - word_count
    friend bool operator==(const Occurrence&, const Occurrence&) = default;
};

/// Where a stream of words stands in a set: all that a session has to keep, and what undoes a hypothesis when put back.
struct PhraseState {
    PhraseAutomaton::State exact = PhraseAutomaton::k_start;
    PhraseAutomaton::State inflected = PhraseAutomaton::k_start;
    friend bool operator==(const PhraseState&, const PhraseState&) = default;
};

/// Per-word ids that a stream keeps for its recent words, so that a candidate of the inflected automaton can be
/// verified.
struct WordIds {
    WordId exact = k_no_word;  ///< in the set's vocabulary of surface forms
    WordId stem = k_no_word;   ///< in the set's vocabulary of stems
    friend bool operator==(const WordIds&, const WordIds&) = default;
};

/// Phrases compiled for hearing: immutable, compact, shared by every session with the same phrases, safe for any number
/// of threads at once. It knows phrases alone; trackers, thresholds and exclusions are an overlay beside it.
///
/// `exact`: the phrase's words stand in a row. `inflected`: each word of the text has the stem of the phrase's word, or
/// the stem that this word has without its apostrophes (text "whats" for a phrase's "what's", not the other way round),
/// and the words are not all equal (that is `exact`).
class PhraseSet {
public:
    /// Compiles. `definition` must be normalised, sorted and unique. About 1 us a phrase; sets of over
    /// k_inline_phrases phrases belong on a compute thread.
    explicit PhraseSet(PhraseSetDefinition definition);

    /// The normal form of a phrase: its words' normal forms with one blank between; empty if it holds no word. A blank
    /// inside a word's normal form (some symbols have one) stands as U+00A0, which no normal form holds.
    static std::string normalise(std::string_view phrase, text::Tokenizer& tokenizer);

    /// Sets of up to this many phrases are compiled where they are asked for.
    static constexpr std::size_t k_inline_phrases = 2000;

    const PhraseSetDefinition& definition() const noexcept;
    std::size_t size() const noexcept;

    /// Words of the longest phrase; 0 for an empty set. No occurrence reaches further back.
    std::uint32_t max_words() const noexcept;

    /// The phrase with this normal form, if the set has it.
    std::optional<PhraseId> find(std::string_view normal_form) const noexcept;

    /// Heap bytes held, for metrics and benchmarks.
    std::size_t memory_bytes() const noexcept;

    /// Takes the words [from, to) of `list`, the next of a stream: `list.words[i]` is the word number `first_word + i`
    /// (so `first_word` is the number of the list's first word, whatever `from` is). Moves `state` on, appends to `ids`
    /// one entry a word, and appends every occurrence that ends in these words to `exact` and `inflected` (each may be
    /// the same vector's neighbour, never the same vector), in the order of their ends; among equal ends the longer
    /// first. `ids` must hold, at its end, the entries of the at least max_words() - 1 words before (fewer if the
    /// stream is younger). `stems` belongs to the calling thread and to this set's language; it may be null where the
    /// set has no inflection. Allocates only when the vectors grow.
    void advance(const text::WordList& list, std::size_t from, std::size_t to, std::uint32_t first_word,
                 PhraseState& state, StemCache* stems, std::vector<WordIds>& ids, std::vector<Occurrence>& exact,
                 std::vector<Occurrence>& inflected) const;

private:
    // What the tier `inflected` needs; empty where inflection is off.
    struct Stems {
        Vocabulary vocabulary;         // stems
        PhraseAutomaton automaton;     // its alphabet: classes of stems
        PhraseWords phrases;           // of the vocabulary of surface forms
        std::vector<WordId> of_word;   // by surface form + 1: its stem; the first one, for unknown words, k_no_word
        std::vector<WordId> of_plain;  // by surface form + 1: the stem without apostrophes; k_no_word where it has none
        std::vector<WordId> classes;   // by stem + 1: stems that stand for one word of a phrase share a class
    };

    void compile_stems(PhraseWords phrases);
    class TextWords;
    void hear_exact(const TextWords& text, std::span<WordIds> words, std::uint32_t first_word, PhraseState& state,
                    std::vector<Occurrence>& out) const;
    void find_stems(const TextWords& text, std::span<WordIds> words, StemCache& stems) const;
    void hear_inflected(std::span<const WordIds> words, std::uint32_t first_word, PhraseState& state,
                        std::vector<Occurrence>& out) const;
    void report_exact(std::uint32_t last_word, PhraseAutomaton::State state, std::vector<Occurrence>& out) const;
    void report_inflected(std::uint32_t last_word, PhraseAutomaton::State state, const WordIds* last_ids,
                          std::vector<Occurrence>& out) const;
    bool verify(PhraseId phrase, const WordIds* text) const noexcept;

    PhraseSetDefinition definition_;
    std::uint32_t max_words_ = 0;
    Vocabulary vocabulary_;  // surface forms
    PhraseAutomaton automaton_;
    Stems stems_;
};

}  // namespace earshot::match
