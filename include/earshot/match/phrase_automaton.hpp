#pragma once

#include "earshot/match/vocabulary.hpp"

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace earshot::match {

/// An Aho-Corasick automaton whose alphabet is word numbers, in flat tables: see docs/automaton.md for the idea.
/// Finds every occurrence of every phrase in a stream of words, overlapping ones too, in one step a word; what a stream has
/// to remember is one State. Built once, then read by any number of threads.
class PhraseAutomaton {
public:
    using State = std::uint32_t;
    static constexpr State k_start = 0;

    PhraseAutomaton();

    /// Builds it for `phrases`; each is a non-empty sequence of word numbers below `vocabulary_size`. Equal phrases are
    /// allowed: each index is reported.
    PhraseAutomaton(std::span<const std::vector<WordId>> phrases, std::size_t vocabulary_size);

    /// One step: the state after `word` (k_no_word: a word that no phrase has).
    State advance(State state, WordId word) const noexcept;

    /// True if some phrase ends in `state`: cheap, asked after every step.
    bool has_match(State state) const noexcept;

    /// Calls `visit(index, word_count)` for each phrase that ends in `state`, the longer first, equal phrases in index order.
    template <typename Visit>
    void for_each_match(State state, Visit&& visit) const;

    std::size_t state_count() const noexcept;
    std::size_t memory_bytes() const noexcept;
};

}  // namespace earshot::match
