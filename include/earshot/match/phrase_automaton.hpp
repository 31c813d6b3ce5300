#pragma once

#include "earshot/base/hash.hpp"
#include "earshot/match/vocabulary.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace earshot::match {

/// Phrases as word numbers, end to end: phrase i is words[ends[i - 1], ends[i]).
struct PhraseWords {
    std::vector<WordId> words;
    std::vector<std::uint32_t> ends;

    std::size_t size() const noexcept { return ends.size(); }
    std::span<const WordId> operator[](std::size_t index) const noexcept {
        const std::uint32_t begin = index == 0 ? 0 : ends[index - 1];
        return {words.data() + begin, ends[index] - begin};
    }
    /// Ends the phrase whose words were pushed to `words` since the last call.
    void end_phrase() { ends.push_back(static_cast<std::uint32_t>(words.size())); }
};

/// An Aho-Corasick automaton whose alphabet is word numbers, in flat tables: see docs/automaton.md for the idea.
/// Finds every occurrence of every phrase in a stream of words, overlapping ones too, in one step a word; what a stream
/// has to remember is one State. Built by one thread, then read by any number of threads.
class PhraseAutomaton {
public:
    using State = std::uint32_t;
    static constexpr State k_start = 0;

    /// Without phrases: it stays in its start state.
    PhraseAutomaton();

    /// Builds it for `phrases`, whose word numbers are below `vocabulary_size`. Equal phrases are allowed: each index
    /// is reported. A phrase without words is never found. Under 2^31 words in all.
    PhraseAutomaton(const PhraseWords& phrases, std::size_t vocabulary_size);

    /// One step: the state after `word` (below the vocabulary's size, or k_no_word: a word that no phrase has).
    State advance(State state, WordId word) const noexcept {
        if (word == k_no_word) return k_start;
        while (state != k_start) {
            const Node& node = nodes_[state];
            if (node.first_word == word) return state + 1;
            if ((node.fail & k_branches) != 0) {
                const State child = find_branch(state, word);
                if (child != k_start) return child;
            }
            state = node.fail & ~k_branches;
        }
        return roots_[word];
    }

    /// True if some phrase ends in `state`: cheap, asked after every step.
    bool has_match(State state) const noexcept { return nodes_[state].match != k_no_match; }

    /// Calls `visit(index, word_count)` for each phrase that ends in `state`, the longer first, equal phrases in index
    /// order.
    template <typename Visit>
    void for_each_match(State state, Visit&& visit) const {
        for (std::uint32_t at = nodes_[state].match; at != k_no_match; at = matches_[at].next) {
            visit(matches_[at].phrase, matches_[at].word_count);
        }
    }

    std::size_t state_count() const noexcept { return nodes_.size(); }

    /// Heap bytes held.
    std::size_t memory_bytes() const noexcept;

private:
    static constexpr std::uint32_t k_branches = 0x8000'0000;
    static constexpr std::uint32_t k_no_match = 0xFFFF'FFFF;

    // States are numbered in preorder, so a state's first child is the state behind it and needs no place in a table.
    struct Node {
        WordId first_word = k_no_word;     // leads to the next state; k_no_word: no child
        State fail = k_start;              // longest proper suffix; with k_branches if the state has further children
        std::uint32_t match = k_no_match;  // head of the chain of phrases that end here
    };
    struct Branch {
        State state = k_start;  // k_start: a free slot (the start state's children stand in roots_)
        WordId word = 0;
        State child = k_start;
    };
    struct Match {
        std::uint32_t phrase;
        std::uint32_t word_count;
        std::uint32_t next;  // the equal or next shorter phrase that ends here too
    };
    class Builder;

    static std::size_t home_slot(State state, WordId word, std::size_t slot_count) noexcept {
        return detail::scale(base::mix(state, word), slot_count);
    }

    State find_branch(State state, WordId word) const noexcept {
        std::size_t at = home_slot(state, word, branches_.size());
        while (true) {
            const Branch& branch = branches_[at];
            if (branch.state == k_start) return k_start;
            if (branch.state == state && branch.word == word) return branch.child;
            at = at + 1 == branches_.size() ? 0 : at + 1;
        }
    }

    std::vector<Node> nodes_;
    std::vector<State> roots_;      // by word: the start state's child, or k_start
    std::vector<Branch> branches_;  // open addressing by (state, word): every child but the first
    std::vector<Match> matches_;
};

}  // namespace earshot::match
