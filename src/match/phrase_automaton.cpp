// The automaton's construction; docs/automaton.md tells the idea. Four passes, each over flat arrays:
//  1. sort the phrases by their words, so that phrases with a common beginning are neighbours;
//  2. lay down the tree of phrases: each phrase leaves the one before it at the end of their common beginning, which
//     numbers states in preorder without any look-up;
//  3. enter the children that are not first ones into the table of branches;
//  4. by rising depth, link each state to the longest proper suffix that is a state, and chain the phrases that end
//  there.
#include "earshot/match/phrase_automaton.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace earshot::match {

class PhraseAutomaton::Builder {
public:
    Builder(PhraseAutomaton& automaton, const PhraseWords& phrases) : automaton_(automaton), phrases_(phrases) {}

    void run() {
        sort_phrases();
        grow_tree();
        enter_branches();
        link();
    }

private:
    // What is known of a state only while building.
    struct Origin {
        State parent;
        WordId word;  // from the parent to here
        std::uint32_t depth;
    };

    void sort_phrases() {
        // The first two words decide most comparisons without a look at the phrases.
        struct Entry {
            std::uint64_t key;
            std::uint32_t phrase;
        };
        std::vector<Entry> entries;
        entries.reserve(phrases_.size());
        for (std::uint32_t i = 0; i < phrases_.size(); ++i) {
            const auto words = phrases_[i];
            if (words.empty()) continue;
            const std::uint64_t second = words.size() > 1 ? words[1] + std::uint64_t{1} : 0;
            entries.push_back({(static_cast<std::uint64_t>(words[0]) << 32) | second, i});
        }
        std::sort(entries.begin(), entries.end(), [this](const Entry& a, const Entry& b) {
            if (a.key != b.key) return a.key < b.key;
            const auto x = phrases_[a.phrase];
            const auto y = phrases_[b.phrase];
            const auto order = std::lexicographical_compare_three_way(x.begin(), x.end(), y.begin(), y.end());
            return order != 0 ? order < 0 : a.phrase < b.phrase;
        });
        order_.reserve(entries.size());
        for (const Entry& entry : entries) order_.push_back(entry.phrase);
    }

    void grow_tree() {
        automaton_.nodes_.reserve(phrases_.words.size() + 1);
        origins_.reserve(phrases_.words.size() + 1);
        origins_.push_back({k_start, k_no_word, 0});
        automaton_.matches_.reserve(order_.size());
        std::vector<State> path{k_start};  // states of the phrase before, by depth
        std::span<const WordId> before;
        for (const std::uint32_t phrase : order_) {
            const auto words = phrases_[phrase];
            const auto common =
                std::mismatch(words.begin(), words.end(), before.begin(), before.end()).first - words.begin();
            path.resize(static_cast<std::size_t>(common) + 1);
            for (std::size_t i = static_cast<std::size_t>(common); i < words.size(); ++i) {
                path.push_back(add_child(path.back(), words[i]));
            }
            add_match(path.back(), phrase, static_cast<std::uint32_t>(words.size()));
            before = words;
        }
        automaton_.nodes_.shrink_to_fit();
    }

    State add_child(State parent, WordId word) {
        auto& nodes = automaton_.nodes_;
        const auto child = static_cast<State>(nodes.size());
        if (parent == k_start) {
            automaton_.roots_[word + 1] = child;
        } else if (nodes[parent].first_word == k_no_child) {
            assert(parent + 1 == child);
            nodes[parent].first_word = word;
        } else {
            branching_.push_back(child);
        }
        nodes.emplace_back();
        origins_.push_back({parent, word, origins_[parent].depth + 1});
        return child;
    }

    void add_match(State state, std::uint32_t phrase, std::uint32_t word_count) {
        auto& matches = automaton_.matches_;
        const auto at = static_cast<std::uint32_t>(matches.size());
        if (automaton_.nodes_[state].match == k_no_match) {
            automaton_.nodes_[state].match = at;
        } else {
            matches.back().next = at;  // an equal phrase: it came just before
        }
        matches.push_back({phrase, word_count, k_no_match});
    }

    void enter_branches() {
        auto& tags = automaton_.tags_;
        tags.resize(branching_.size() * 2 / k_slots + 1);
        automaton_.bucket_count_ = tags.size();
        automaton_.branches_.resize(tags.size());
        for (const State child : branching_) {
            const Origin& origin = origins_[child];
            const std::uint64_t hash = branch_hash(origin.parent, origin.word);
            std::size_t at = automaton_.home_bucket(hash);
            while (automaton_.branches_[at].back().state != k_start) {
                tags[at].set_overflowed();
                at = at + 1 == tags.size() ? 0 : at + 1;
            }
            std::size_t slot = 0;
            while (automaton_.branches_[at][slot].state != k_start) ++slot;
            automaton_.branches_[at][slot] = {origin.parent, origin.word, child};
            tags[at].set(slot, hash);
        }
    }

    void link() {
        auto& nodes = automaton_.nodes_;
        for (const State state : states_by_depth()) {
            const Origin& origin = origins_[state];
            if (origin.parent == k_start) continue;
            const State suffix = automaton_.advance(nodes[origin.parent].fail, origin.word);
            // Every branching state has a first child too.
            nodes[state].fail = nodes[suffix].first_word == k_no_child ? nodes[suffix].fail : suffix;
            if (nodes[suffix].match != k_no_match) chain_matches(state, nodes[suffix].match);
        }
    }

    void chain_matches(State state, std::uint32_t shorter) {
        std::uint32_t* end = &automaton_.nodes_[state].match;
        while (*end != k_no_match) end = &automaton_.matches_[*end].next;
        *end = shorter;
    }

    // A counting sort.
    std::vector<State> states_by_depth() const {
        std::vector<std::uint32_t> places;
        for (const Origin& origin : origins_) {
            if (origin.depth + 1 >= places.size()) places.resize(origin.depth + 2);
            ++places[origin.depth + 1];
        }
        std::partial_sum(places.begin(), places.end(), places.begin());
        std::vector<State> states(origins_.size());
        for (State state = 0; state < origins_.size(); ++state) states[places[origins_[state].depth]++] = state;
        return states;
    }

    PhraseAutomaton& automaton_;
    const PhraseWords& phrases_;
    std::vector<std::uint32_t> order_;  // phrases, sorted by their words
    std::vector<Origin> origins_;       // by state
    std::vector<State> branching_;      // states that are not their parent's first child
};

PhraseAutomaton::PhraseAutomaton() : nodes_(1), roots_(1, k_start), tags_(1), branches_(1) {}

PhraseAutomaton::PhraseAutomaton(const PhraseWords& phrases, std::size_t vocabulary_size)
    : nodes_(1), roots_(vocabulary_size + 1, k_start) {
    Builder(*this, phrases).run();
}

PhraseAutomaton::State PhraseAutomaton::advance_slowly(State state, WordId word) const noexcept {
    if (word == k_no_word) return k_start;
    for (; state != k_start; state = nodes_[state].fail) {
        if (nodes_[state].first_word == word) return state + 1;
        const State child = find_branch(state, word);
        if (child != k_start) return child;
    }
    return roots_[word + 1];
}

PhraseAutomaton::State PhraseAutomaton::find_branch(State state, WordId word) const noexcept {
    const std::uint64_t hash = branch_hash(state, word);
    for (std::size_t at = home_bucket(hash);; at = at + 1 == tags_.size() ? 0 : at + 1) {
        if (tags_[at].candidates(hash) != 0) {
            for (const Branch& branch : branches_[at]) {
                if (branch.state == state && branch.word == word) return branch.child;
            }
        }
        if (tags_[at].overflowed() == 0) return k_start;
    }
}

std::size_t PhraseAutomaton::memory_bytes() const noexcept {
    return nodes_.capacity() * sizeof(Node) + roots_.capacity() * sizeof(State) +
           tags_.capacity() * sizeof(detail::SlotTags) + branches_.capacity() * sizeof(Branches) +
           matches_.capacity() * sizeof(Match);
}

}  // namespace earshot::match
