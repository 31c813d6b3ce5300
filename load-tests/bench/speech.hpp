#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace earshot::bench {

/// Something said in one go, as a recogniser writes it: words with blanks, some punctuation, a capital at the start.
using Utterance = std::string;

/// Utterances of 8.5 words on average, `words` words in all. Their words follow a Zipf distribution over some thousand
/// English-like words: English function words first, then inflected stems made of syllables. The same arguments give
/// the same text; other seeds give other text of the same language.
std::vector<Utterance> make_speech(std::size_t words, unsigned seed);

/// What a user might listen for: `count` different phrases, of which 70 % are one to eight words in a row of speech
/// that `make_speech` gives with a seed of its own, and 30 % are phrases of one to twelve words that nobody says. More
/// phrases hold the fewer ones, so sets of different sizes compare.
std::vector<std::string> make_phrases(std::size_t count);

}  // namespace earshot::bench
