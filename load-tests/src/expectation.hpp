#pragma once

#include "earshot/app/server_event.hpp"
#include "earshot/detect/language_tools.hpp"
#include "earshot/detect/tracker_list.hpp"

#include "script.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace earshot::load {

/// A number that equal hits share: equal in tracker, phrase, tier, speaker, texts and spans. Not in id, score or state.
std::uint64_t digest_of(const app::HeardHit& hit);

/// A number that utterances of one speaker with equal messages share.
std::uint64_t digest_of(const app::MessageEvent& utterance);

/// An utterance that must be told.
struct ExpectedUtterance {
    std::uint64_t digest = 0;
    std::size_t cause = 0;            ///< the line that ends it; the number of lines: the stop
    std::vector<std::uint64_t> hits;  ///< digests of its confirmed hits
};

/// A hit that must be told before its utterance ends.
struct EarlyHit {
    std::uint64_t digest = 0;
    std::size_t cause = 0;  ///< the line that lets it be heard
};

/// What a server must say about the first lines of a script and a stop behind them.
struct Expectation {
    std::vector<ExpectedUtterance> utterances;  ///< in the order of their ends
    std::vector<EarlyHit> early;                ///< in the order of their causes
    std::uint64_t hits = 0;                     ///< confirmed ones, in all
};

/// Whether hits of a tier can be foretold here: those that need no model.
bool is_foretold(const std::string& tier) noexcept;

/// Works out expectations by the library that `earshot detect` uses: each utterance is heard whole, as if no hypothesis
/// had been sent and it had not been cut. Only the early hits are worked out by following the chunks. What the server's
/// clock ends (utterances left open over a pause) is not followed. One thread.
class Oracle {
public:
    /// `list` must have been compiled with the settings that the sessions ask for.
    explicit Oracle(std::shared_ptr<const detect::TrackerList> list) : list_(std::move(list)) {}

    enum class Early { ignored, wanted };

    Expectation foretell(const Script& script, std::size_t lines, Early early);

private:
    std::shared_ptr<const detect::TrackerList> list_;
    detect::LanguageTools tools_;
};

}  // namespace earshot::load
