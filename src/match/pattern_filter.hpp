#pragma once

#include "earshot/match/pattern_set.hpp"
#include "earshot/match/phrase_automaton.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class FilteredRE2;
}

namespace earshot::match {

/// What a text must hold for a pattern to match: of each clause, one literal at least. Without clauses nothing is
/// known.
using Clauses = std::vector<std::vector<std::string>>;

/// Appends `text` (UTF-8) with each code point replaced by its simple case folding. What RE2 takes for equal without
/// regard to letter case folds alike, so what matches a pattern's literal holds the folded literal once it is folded
/// itself.
void append_folded(std::string_view text, std::string& out);

/// The clauses of the one expression in `filter`, folded. Compiles `filter`, which was given no other.
Clauses required_literals(re2::FilteredRE2& filter);

/// Tells from the literals in a text which patterns can match it at all: see src/match/README.md. Immutable.
class PatternFilter {
public:
    /// Lets every pattern through that `patterns` has no clauses for.
    explicit PatternFilter(const std::vector<Clauses>& patterns);

    /// Sets scratch.candidates to the patterns that can match `text`, in rising order.
    void find_candidates(std::string_view text, PatternScratch& scratch) const;

private:
    // A literal's part in a pattern's clauses.
    struct Use {
        std::uint32_t pattern;
        std::uint8_t clause;  // one bit
    };

    std::vector<std::uint8_t> wanted_;      // by pattern: the clauses' bits; none where it is always a candidate
    std::vector<std::uint32_t> always_;     // patterns without clauses
    std::vector<Use> uses_;                 // by literal
    std::vector<std::uint32_t> use_begin_;  // by literal, and one behind the last
    PhraseAutomaton literals_;              // its words are bytes
};

}  // namespace earshot::match
