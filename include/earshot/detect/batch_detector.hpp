#pragma once

#include "earshot/base/ids.hpp"
#include "earshot/detect/speaker_window.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::detect {

/// One turn of a finished conversation: an utterance sent whole.
struct Turn {
    std::string speaker;
    std::string text;  ///< valid UTF-8
    TimeSpan time{k_unknown_time, k_unknown_time};
};

/// A confirmed hit and where it lies among the turns.
struct TurnHit {
    Hit hit;
    std::size_t turn = 0;        ///< where it ends, and where it became known
    std::size_t start_turn = 0;  ///< where it begins
    std::uint32_t start = 0;     ///< in UTF-16 code units of the text of `start_turn`
    std::uint32_t end = 0;       ///< in UTF-16 code units of the text of `turn`
    std::uint32_t word = 0;      ///< index of the word of `turn`, counted by white space, with which it was known
};

/// Gives its verdicts on an utterance's text at once.
using Judge = std::function<std::vector<Verdict>(std::string_view text)>;

/// Hears whole conversations, by the code that hears live ones. One thread.
class BatchDetector {
public:
    /// `tools` and `ids` outlive the detector. `judge` (empty: nobody) is asked for the tiers that are not immediate,
    /// its scores hold against `default_threshold`. Utterances are cut at `utterance_bytes`, as live.
    BatchDetector(std::shared_ptr<const TrackerList> list, LanguageTools& tools, base::IdSource& ids, Judge judge = {},
                  double default_threshold = 1, std::size_t utterance_bytes = 16 * 1024);

    /// The hits of one conversation, by turn, in the order in which they became known.
    std::vector<TurnHit> detect(std::span<const Turn> turns);

private:
    ActiveLists lists_;
    LanguageTools& tools_;
    base::IdSource& ids_;
    Judge judge_;
    double default_threshold_;
    std::size_t utterance_bytes_;
};

}  // namespace earshot::detect
