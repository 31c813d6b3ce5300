#include "speech.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <string_view>
#include <unordered_set>

namespace earshot::bench {
namespace {

using Random = std::mt19937;

constexpr std::array<std::string_view, 150> k_function_words{
    "the",    "i",     "you",     "and",    "to",      "a",     "it",     "that",   "of",    "is",      "yeah",
    "in",     "so",    "we",      "have",   "for",     "on",    "do",     "but",    "this",  "not",     "with",
    "be",     "like",  "they",    "know",   "what",    "just",  "are",    "was",    "my",    "it's",    "if",
    "or",     "okay",  "um",      "one",    "can",     "at",    "me",     "there",  "your",  "all",     "he",
    "don't",  "i'm",   "as",      "well",   "no",      "right", "about",  "would",  "get",   "that's",  "uh",
    "from",   "out",   "how",     "up",     "think",   "when",  "go",     "an",     "got",   "she",     "really",
    "oh",     "time",  "because", "them",   "mean",    "good",  "see",    "will",   "had",   "some",    "then",
    "very",   "more",  "want",    "need",   "now",     "going", "which",  "her",    "been",  "their",   "were",
    "people", "his",   "lot",     "could",  "here",    "by",    "where",  "say",    "who",   "him",     "has",
    "did",    "into",  "way",     "two",    "much",    "let",   "make",   "our",    "yes",   "thing",   "work",
    "take",   "us",    "other",   "back",   "maybe",   "can't", "should", "only",   "look",  "also",    "even",
    "kind",   "over",  "you're",  "why",    "they're", "than",  "after",  "still",  "first", "any",     "most",
    "before", "years", "three",   "sure",   "those",   "day",   "never",  "always", "doing", "through", "down",
    "call",   "help",  "thank",   "please", "today",   "we're", "what's"};

constexpr std::size_t k_said_words = 6000;
constexpr std::size_t k_unsaid_words = 3000;

std::size_t below(Random& random, std::size_t bound) {
    return random() % bound;
}

// Stems of one to three syllables, most with an ending; shorter ones come first, as in a language.
std::vector<std::string> make_content_words(std::size_t count, unsigned seed) {
    static constexpr std::array<std::string_view, 24> onsets{"b",  "c",  "d",  "f",  "g",  "h",  "l",  "m",
                                                             "n",  "p",  "r",  "s",  "t",  "v",  "w",  "st",
                                                             "tr", "pl", "cr", "br", "sh", "ch", "pr", "gr"};
    static constexpr std::array<std::string_view, 8> nuclei{"a", "e", "i", "o", "u", "ea", "oo", "ai"};
    static constexpr std::array<std::string_view, 12> codas{"",  "",  "n",  "r",  "t",  "l",
                                                            "s", "m", "nd", "ck", "st", "p"};
    static constexpr std::array<std::string_view, 10> endings{"", "", "", "", "s", "ed", "ing", "er", "ly", "ment"};
    Random random(seed);
    std::unordered_set<std::string> taken;
    for (const std::string_view word : k_function_words) taken.emplace(word);
    std::vector<std::string> words;
    while (words.size() < count) {
        std::string word;
        const std::size_t syllables = 1 + below(random, 1 + std::min<std::size_t>(2, words.size() / 400));
        for (std::size_t i = 0; i < syllables; ++i) {
            word += onsets[below(random, onsets.size())];
            word += nuclei[below(random, nuclei.size())];
            word += codas[below(random, codas.size())];
        }
        word += endings[below(random, endings.size())];
        if (taken.insert(word).second) words.push_back(word);
    }
    return words;
}

// The said words by rank, and words of the same make that nobody says.
struct Lexicon {
    std::vector<std::string> said{k_function_words.begin(), k_function_words.end()};
    std::vector<std::string> unsaid;
    std::vector<double> sums;  // of the weights of the said words up to each

    Lexicon() {
        std::vector<std::string> content = make_content_words(k_said_words + k_unsaid_words, 1);
        // Interleaved, so that unsaid words are as long as said ones.
        for (std::size_t i = 0; i < content.size(); ++i) {
            (i % 3 == 2 ? unsaid : said).push_back(std::move(content[i]));
        }
        double sum = 0;
        for (std::size_t rank = 0; rank < said.size(); ++rank) {
            sum += 1 / std::pow(static_cast<double>(rank) + 3.7, 1.1);
            sums.push_back(sum);
        }
    }

    const std::string& speak(Random& random) const {
        const double at = std::generate_canonical<double, 32>(random) * sums.back();
        const auto rank = std::upper_bound(sums.begin(), sums.end(), at) - sums.begin();
        return said[std::min(static_cast<std::size_t>(rank), said.size() - 1)];
    }
};

const Lexicon& lexicon() {
    static const Lexicon instance;
    return instance;
}

bool is_content(const std::string& word) {
    return std::find(k_function_words.begin(), k_function_words.end(), word) == k_function_words.end();
}

// Speech falls back on the words just used: every fifth time the words after an earlier place are said again.
std::vector<std::string> make_words(std::size_t count, Random& random) {
    static const std::vector<std::string> sayings = [] {
        Random common(2);
        std::vector<std::string> words;
        while (words.size() < 60'000) words.push_back(lexicon().speak(common));
        return words;
    }();
    std::vector<std::string> words;
    while (words.size() < count) {
        if (below(random, 5) != 0) {
            words.push_back(lexicon().speak(random));
            continue;
        }
        // The square prefers sayings near the beginning.
        const double place = std::generate_canonical<double, 32>(random);
        const auto at = static_cast<std::size_t>(place * place * static_cast<double>(sayings.size() - 8));
        const std::size_t end = at + 2 + below(random, 6);
        for (std::size_t i = at; i < end; ++i) words.push_back(sayings[i]);
    }
    words.resize(count);
    return words;
}

std::string join(const std::vector<std::string>& words, std::size_t begin, std::size_t end) {
    std::string text;
    for (std::size_t i = begin; i < end; ++i) {
        if (i > begin) text += ' ';
        text += words[i];
    }
    return text;
}

std::string make_said_phrase(const std::vector<std::string>& words, Random& random) {
    while (true) {
        const std::size_t size = 1 + below(random, 8);
        const std::size_t begin = below(random, words.size() - size);
        const auto from = words.begin() + static_cast<std::ptrdiff_t>(begin);
        // Nobody listens for function words alone.
        if (std::any_of(from, from + static_cast<std::ptrdiff_t>(size), is_content))
            return join(words, begin, begin + size);
    }
}

std::string make_unsaid_phrase(Random& random) {
    const std::size_t size = 1 + below(random, 12);
    const std::size_t unsaid = below(random, size);
    std::vector<std::string> words;
    for (std::size_t i = 0; i < size; ++i) {
        words.push_back(i == unsaid ? lexicon().unsaid[below(random, k_unsaid_words)] : lexicon().speak(random));
    }
    return join(words, 0, words.size());
}

}  // namespace

std::vector<Utterance> make_speech(std::size_t words, unsigned seed) {
    Random random(seed);
    const std::vector<std::string> said = make_words(words, random);
    std::vector<Utterance> utterances;
    for (std::size_t begin = 0; begin < said.size();) {
        const std::size_t end = std::min(said.size(), begin + 1 + below(random, 16));
        std::string text = join(said, begin, end);
        text[0] = static_cast<char>(text[0] >= 'a' && text[0] <= 'z' ? text[0] - 'a' + 'A' : text[0]);
        if (const std::size_t blank = text.find(' ', text.size() / 2);
            blank != std::string::npos && below(random, 3) == 0) {
            text.insert(blank, 1, ',');
        }
        text += below(random, 5) == 0 ? '?' : '.';
        utterances.push_back(std::move(text));
        begin = end;
    }
    return utterances;
}

std::vector<std::string> make_phrases(std::size_t count) {
    Random random(3);
    const std::vector<std::string> held_out = make_words(400'000, random);
    std::unordered_set<std::string> taken;
    std::vector<std::string> phrases;
    while (phrases.size() < count) {
        std::string phrase = below(random, 10) < 7 ? make_said_phrase(held_out, random) : make_unsaid_phrase(random);
        if (taken.insert(phrase).second) phrases.push_back(std::move(phrase));
    }
    return phrases;
}

}  // namespace earshot::bench
