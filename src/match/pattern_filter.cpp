#include "pattern_filter.hpp"

#include <re2/filtered_re2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <map>

namespace earshot::match {
namespace {

// RE2 gives a few strings for a common expression. One made to have very many is not worth weighing, which takes time
// that grows with their square.
constexpr std::size_t k_max_weighed_atoms = 64;
constexpr std::size_t k_max_atoms = 512;

// More than three clauses hardly ever keep a pattern from running.
constexpr std::size_t k_max_clauses = 3;

// Behind so many bytes a literal is rare enough; a bound keeps the automaton small whatever the expressions.
constexpr std::size_t k_max_literal_bytes = 12;

// A clause whose literals stand in any sentence costs more than it saves, unless it is all there is.
constexpr std::size_t k_min_further_bytes = 3;

constexpr std::size_t k_bytes = 256;

// Calls `visit` with each byte of the folded text.
template <typename Visit>
void for_each_folded_byte(std::string_view text, Visit&& visit) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    for (std::size_t at = 0; at < text.size();) {
        if (bytes[at] < 0x80) {
            const std::uint8_t byte = bytes[at++];
            visit(static_cast<std::uint8_t>(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte));
            continue;
        }
        UChar32 code_point = 0;
        U8_NEXT_OR_FFFD(bytes, at, text.size(), code_point);
        std::uint8_t folded[U8_MAX_LENGTH];
        std::size_t length = 0;
        U8_APPEND_UNSAFE(folded, length, u_foldCase(code_point, U_FOLD_CASE_DEFAULT));
        for (std::size_t i = 0; i < length; ++i) visit(folded[i]);
    }
}

// RE2's condition for one expression: atoms, and whether a text that holds some of them may match. It grows with the
// atoms, and is only asked: its inside is not public.
class Condition {
public:
    explicit Condition(re2::FilteredRE2& filter) : filter_(filter) { filter.Compile(&atoms_); }

    const std::vector<std::string>& atoms() const noexcept { return atoms_; }

    // `held` by atom.
    bool may_match(const std::vector<bool>& held) {
        held_.clear();
        for (std::size_t i = 0; i < held.size(); ++i) {
            if (held[i]) held_.push_back(static_cast<int>(i));
        }
        filter_.AllPotentials(held_, &passed_);
        return !passed_.empty();
    }

private:
    const re2::FilteredRE2& filter_;
    std::vector<std::string> atoms_;
    std::vector<int> held_;
    std::vector<int> passed_;
};

std::vector<std::size_t> shortest_first(const std::vector<std::string>& atoms) {
    std::vector<std::size_t> order(atoms.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return atoms[a].size() < atoms[b].size(); });
    return order;
}

}  // namespace

void append_folded(std::string_view text, std::string& out) {
    for_each_folded_byte(text, [&](std::uint8_t byte) { out.push_back(static_cast<char>(byte)); });
}

// A clause is what remains when atoms are given away as long as the expression cannot match with those alone. The short
// ones go first: they stand in many texts. The next clause begins with those of the ones before given away.
Clauses required_literals(re2::FilteredRE2& filter) {
    Condition condition(filter);
    const std::vector<std::string>& atoms = condition.atoms();
    std::vector<bool> used(atoms.size());
    Clauses clauses;
    if (atoms.size() > k_max_atoms) return clauses;
    const std::vector<std::size_t> order = shortest_first(atoms);
    while (clauses.size() < k_max_clauses && !condition.may_match(used)) {
        std::vector<bool> given_away = used;
        if (atoms.size() <= k_max_weighed_atoms) {
            for (const std::size_t atom : order) {
                if (given_away[atom]) continue;
                given_away[atom] = true;
                if (condition.may_match(given_away)) given_away[atom] = false;
            }
        }
        std::vector<std::string> clause;
        bool is_rare = true;
        for (std::size_t atom = 0; atom < atoms.size(); ++atom) {
            if (given_away[atom]) continue;
            used[atom] = true;
            is_rare = is_rare && atoms[atom].size() >= k_min_further_bytes;
            clause.emplace_back();
            append_folded(atoms[atom], clause.back());
        }
        if (is_rare || clauses.empty()) clauses.push_back(std::move(clause));
    }
    return clauses;
}

PatternFilter::PatternFilter(const std::vector<Clauses>& patterns) : wanted_(patterns.size()) {
    std::map<std::string, std::vector<Use>> uses;
    for (std::uint32_t i = 0; i < patterns.size(); ++i) {
        if (patterns[i].empty()) always_.push_back(i);
        for (std::size_t k = 0; k < patterns[i].size(); ++k) {
            const auto bit = static_cast<std::uint8_t>(1u << k);
            wanted_[i] = static_cast<std::uint8_t>(wanted_[i] | bit);
            for (const std::string& literal : patterns[i][k]) {
                uses[literal.substr(0, k_max_literal_bytes)].push_back({i, bit});
            }
        }
    }
    PhraseWords bytes;
    for (const auto& [literal, its_uses] : uses) {
        for (const char c : literal) bytes.words.push_back(static_cast<unsigned char>(c));
        bytes.end_phrase();
        use_begin_.push_back(static_cast<std::uint32_t>(uses_.size()));
        uses_.insert(uses_.end(), its_uses.begin(), its_uses.end());
    }
    use_begin_.push_back(static_cast<std::uint32_t>(uses_.size()));
    if (bytes.size() > 0) literals_ = PhraseAutomaton(bytes, k_bytes);
}

void PatternFilter::find_candidates(std::string_view text, PatternScratch& scratch) const {
    std::vector<std::uint32_t>& candidates = scratch.candidates;
    candidates.assign(always_.begin(), always_.end());
    if (uses_.empty()) return;
    scratch.met.assign(wanted_.size(), 0);
    PhraseAutomaton::State state = PhraseAutomaton::k_start;
    for_each_folded_byte(text, [&](std::uint8_t byte) {
        state = literals_.advance(state, byte);
        if (!literals_.has_match(state)) return;
        literals_.for_each_match(state, [&](std::uint32_t literal, std::uint32_t) {
            for (std::uint32_t at = use_begin_[literal]; at < use_begin_[literal + 1]; ++at) {
                const Use& use = uses_[at];
                std::uint8_t& met = scratch.met[use.pattern];
                if ((met & use.clause) != 0) continue;
                met = static_cast<std::uint8_t>(met | use.clause);
                if (met == wanted_[use.pattern]) candidates.push_back(use.pattern);
            }
        });
    });
    if (candidates.size() > always_.size()) std::sort(candidates.begin(), candidates.end());
}

}  // namespace earshot::match
