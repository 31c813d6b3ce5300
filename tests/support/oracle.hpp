#pragma once

#include "earshot/detect/tier.hpp"
#include "earshot/detect/tracker_definition.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace earshot::support {

/// What a scorer said of one utterance.
struct OracleVerdict {
    std::size_t list = 0;
    std::size_t tracker = 0;
    std::size_t phrase = 0;
    detect::Tier tier = detect::Tier::semantic;
    double score = 0;
    std::size_t first_word = 0;  ///< of the utterance's words, from 0
    std::size_t last_word = 0;
};

/// One ended utterance, whole: what was committed in it, and when by its finals (not a number: unknown).
struct OracleUtterance {
    std::string text;
    double start = std::numeric_limits<double>::quiet_NaN();
    double end = std::numeric_limits<double>::quiet_NaN();
    std::size_t lists = std::numeric_limits<std::size_t>::max();  ///< how many of the lists hear it, from the first
    std::vector<OracleVerdict> verdicts{};                        ///< that came in time
};

/// All that one speaker said, in the order in which its utterances ended; without those that held no text.
struct OracleSpeaker {
    std::string user_id;
    std::string role;
    std::vector<OracleUtterance> utterances;
};

/// A place in what a speaker said: an utterance of its list and a byte of its text.
struct OraclePlace {
    std::size_t utterance = 0;
    std::size_t byte = 0;
    friend auto operator<=>(const OraclePlace&, const OraclePlace&) = default;
};

/// A confirmed hit as the contract compares them: tracker, phrase, tier, speaker and range of the speaker's words.
struct OracleHit {
    std::size_t speaker = 0;
    OraclePlace begin;
    OraclePlace end;
    std::size_t list = 0;
    std::size_t tracker = 0;
    std::size_t phrase = 0;  ///< index in the vocabulary, or in the patterns for Tier::pattern
    detect::Tier tier = detect::Tier::exact;
    friend auto operator<=>(const OracleHit&, const OracleHit&) = default;
};

std::ostream& operator<<(std::ostream& out, const OracleHit& hit);

/// What must be heard in a finished call, and reported of the verdicts on it: nested loops over whole texts, written
/// from the contract alone. It shares the tokenizer with the code under test, and neither automata, nor windows, nor
/// the rules of what is reported. Sorted.
std::vector<OracleHit> oracle_hits(std::span<const detect::TrackerListDefinition> lists,
                                   std::span<const OracleSpeaker> speakers, double default_threshold = 0.5);

}  // namespace earshot::support
