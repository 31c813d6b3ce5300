// Phrases and a text, coded from bytes; the automaton must find what the double loop finds, and a state put back must
// go on as if nothing had been heard.
//
// Input: phrases, each ended by '|', up to the first '\n'; behind it the text. Each byte of either is a word: its low
// six bits number it, and in the text '?' is a word that no phrase has. At most 64 phrases, 16 words each, 512 words of
// text.
#include "earshot/match/phrase_automaton.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <utility>
#include <vector>

namespace {

using earshot::match::k_no_word;
using earshot::match::PhraseAutomaton;
using earshot::match::PhraseWords;
using earshot::match::WordId;
using Matches = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

constexpr std::size_t k_vocabulary = 64;
constexpr std::size_t k_max_phrases = 64;
constexpr std::size_t k_max_phrase_words = 16;
constexpr std::size_t k_max_text_words = 512;

PhraseWords parse_phrases(std::span<const std::uint8_t> bytes) {
    PhraseWords phrases;
    std::size_t words = 0;
    for (const std::uint8_t byte : bytes) {
        if (byte == '|') {
            if (phrases.size() == k_max_phrases) break;
            phrases.end_phrase();
            words = 0;
        } else if (words < k_max_phrase_words && phrases.size() < k_max_phrases) {
            phrases.words.push_back(byte % k_vocabulary);
            ++words;
        }
    }
    // Words behind the last '|' are a phrase too.
    if (words > 0) phrases.end_phrase();
    return phrases;
}

std::vector<WordId> parse_text(std::span<const std::uint8_t> bytes) {
    std::vector<WordId> text;
    for (const std::uint8_t byte : bytes.first(std::min(bytes.size(), k_max_text_words))) {
        text.push_back(byte == '?' ? k_no_word : byte % k_vocabulary);
    }
    return text;
}

Matches matches_of(const PhraseAutomaton& automaton, PhraseAutomaton::State state) {
    Matches matches;
    automaton.for_each_match(state,
                             [&](std::uint32_t phrase, std::uint32_t words) { matches.emplace_back(phrase, words); });
    return matches;
}

Matches naive_matches(const PhraseWords& phrases, std::span<const WordId> text) {
    Matches matches;
    for (std::uint32_t i = 0; i < phrases.size(); ++i) {
        const auto phrase = phrases[i];
        if (phrase.empty() || phrase.size() > text.size()) continue;
        if (std::ranges::equal(phrase, text.last(phrase.size()))) {
            matches.emplace_back(i, static_cast<std::uint32_t>(phrase.size()));
        }
    }
    std::sort(matches.begin(), matches.end(), [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    return matches;
}

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::uint8_t> input(data, size);
    const auto separator = static_cast<std::size_t>(std::find(input.begin(), input.end(), '\n') - input.begin());
    const PhraseWords phrases = parse_phrases(input.first(separator));
    const std::vector<WordId> text = parse_text(input.subspan(std::min(size, separator + 1)));
    const PhraseAutomaton automaton(phrases, k_vocabulary);
    require(automaton.state_count() <= phrases.words.size() + 1);

    PhraseAutomaton::State state = PhraseAutomaton::k_start;
    PhraseAutomaton::State hypothesis = PhraseAutomaton::k_start;
    for (std::size_t i = 0; i < text.size(); ++i) {
        // A hypothesis of what comes next, from the text's other end, is taken back by not being kept.
        hypothesis = automaton.advance(state, text[text.size() - 1 - i]);
        require(automaton.has_match(hypothesis) == !matches_of(automaton, hypothesis).empty());

        state = automaton.advance(state, text[i]);
        const Matches expected = naive_matches(phrases, std::span(text).first(i + 1));
        require(matches_of(automaton, state) == expected);
        require(automaton.has_match(state) == !expected.empty());
    }
    return 0;
}
