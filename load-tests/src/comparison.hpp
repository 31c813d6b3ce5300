#pragma once

#include "expectation.hpp"

#include <cstdint>
#include <vector>

namespace earshot::load {

/// What one session was told that counts: its utterances and confirmed hits, in the order of their arrival.
struct Told {
    struct Hit {
        std::uint64_t digest = 0;
        std::uint32_t utterance = 0;  ///< index of the utterance that ends it, or k_nowhere
    };
    static constexpr std::uint32_t k_nowhere = 0xFFFF'FFFF;

    std::vector<std::uint64_t> utterances;  ///< digests
    std::vector<Hit> hits;                  ///< only foretold ones
};

/// How what was told agrees with what was expected.
struct Agreement {
    std::uint64_t right = 0;         ///< hits
    std::uint64_t lost = 0;          ///< expected and never told
    std::uint64_t doubled = 0;       ///< told more often than they were expected
    std::uint64_t wrong = 0;         ///< not expected where they were told
    std::uint64_t out_of_order = 0;  ///< right, but after a hit of a later utterance
    std::uint64_t right_utterances = 0;
    std::uint64_t lost_utterances = 0;
    std::uint64_t wrong_utterances = 0;  ///< text that nobody said, or not there

    std::uint64_t faults() const noexcept {
        return lost + doubled + wrong + out_of_order + lost_utterances + wrong_utterances;
    }
    Agreement& operator+=(const Agreement& other) noexcept;
    friend bool operator==(const Agreement&, const Agreement&) = default;
};

/// Utterances are paired in their order by speaker and text, hits inside the utterances by everything that a client can
/// see of them: a hit at another place is one lost and one wrong.
Agreement compare(const Expectation& expected, const Told& told);

}  // namespace earshot::load
