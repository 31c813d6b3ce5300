#pragma once

#include "earshot/detect/tier.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace earshot::detect {

/// A place where a tracker may have been heard. Positions are bytes in all that a speaker said: ended utterances end to
/// end (each with one byte between), then the open one.
struct Candidate {
    std::uint32_t list = 0;
    std::uint32_t tracker = 0;
    std::uint32_t phrase = 0;  ///< index in the vocabulary, or in the patterns for Tier::pattern
    Tier tier = Tier::exact;
    double score = 1;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    friend bool operator==(const Candidate&, const Candidate&) = default;
};

/// A place where one of a tracker's excluded phrases was said.
struct Exclusion {
    std::uint32_t list = 0;
    std::uint32_t tracker = 0;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

/// The rules of what is reported, as a pure function. `candidates` end in one utterance; `exclusions` and `confirmed`
/// (what was reported at the ends of earlier utterances) may lie before it or in it. Leaves in `candidates` what is
/// reported:
///  - nothing that overlaps an exclusion of its tracker;
///  - of `exact` and `pattern` everything else;
///  - of the other tiers, nothing that overlaps a literal hit of its tracker, and among overlapping spans of a tracker,
///  the
///    confirmed ones among them, only the best: inflected before fuzzy before semantic, then the higher score, the
///    longer span, the earlier phrase, the earlier place;
///  - of `semantic` at most one a tracker.
/// The order is by list, tracker, kind of phrase, phrase and place.
void keep_reported(std::vector<Candidate>& candidates, std::span<const Exclusion> exclusions,
                   std::span<const Candidate> confirmed);

}  // namespace earshot::detect
