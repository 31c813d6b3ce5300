#pragma once

#include "earshot/match/vocabulary.hpp"

#include <array>
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
        // Most steps find no way on and begin anew, and whether they do is known from two small words.
        const Node& node = nodes_[state];
        const std::uint64_t hash = branch_hash(state, word);
        const detail::SlotTags tags = tags_[home_bucket(hash)];
        const std::uint64_t may_go_on =
            tags.candidates(hash) | tags.overflowed() | std::uint64_t{node.first_word == word};
        if ((may_go_on | node.fail) != 0) [[unlikely]]
            return advance_slowly(state, word);
        return roots_[static_cast<WordId>(word + 1)];  // k_no_word + 1 is 0
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
    static constexpr std::uint32_t k_no_match = 0xFFFF'FFFF;
    static constexpr WordId k_no_child = k_no_word - 1;  // no word has this number, and it is not that of unknown words

    // States are numbered in preorder, so a state's first child is the state behind it and needs no place in a table.
    struct Node {
        WordId first_word = k_no_child;    // leads to the next state
        State fail = k_start;              // longest proper suffix that has children
        std::uint32_t match = k_no_match;  // head of the chain of phrases that end here
    };

    // Children that are not first ones: open addressing by (state, word), the tags apart because most look-ups need no
    // more. A free slot's state is the start state: its children stand in roots_.
    static constexpr std::size_t k_slots = detail::SlotTags::k_slots;
    struct Branch {
        State state = k_start;
        WordId word = 0;
        State child = k_start;
    };
    using Branches = std::array<Branch, k_slots>;

    struct Match {
        std::uint32_t phrase;
        std::uint32_t word_count;
        std::uint32_t next;  // the equal or next shorter phrase that ends here too
    };
    class Builder;

    // The word's product waits for no state, so a step waits for one multiplication less.
    static std::uint64_t branch_hash(State state, WordId word) noexcept {
        const std::uint64_t hash = state * 0x9E37'79B9'7F4A'7C15 + word * 0xD1B5'4A32'D192'ED03;
        return hash ^ (hash >> 29);
    }
    std::size_t home_bucket(std::uint64_t hash) const noexcept { return detail::scale(hash, bucket_count_); }
    State advance_slowly(State state, WordId word) const noexcept;
    State find_branch(State state, WordId word) const noexcept;

    std::vector<Node> nodes_;
    std::vector<State> roots_;  // by word + 1: the start state's child, or k_start; the first one is for unknown words
    std::vector<detail::SlotTags> tags_;  // by bucket
    std::size_t bucket_count_ = 1;        // kept beside the vector, which would have to divide
    std::vector<Branches> branches_;      // by bucket
    std::vector<Match> matches_;
};

}  // namespace earshot::match
