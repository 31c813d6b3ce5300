#pragma once

#include "earshot/app/semantic_tier.hpp"
#include "earshot/base/error.hpp"
#include "earshot/detect/batch_detector.hpp"

#include "eval_data.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace earshot::app {

/// One set of trackers, ready to hear texts.
class EvalHearing {
public:
    struct Options {
        std::string language;
        detect::TierSet tiers = detect::TierSet::all();
        bool best_of_all =
            false;  ///< tell each tracker's best score, whatever it is, instead of hits over the threshold
    };

    /// Compiles the trackers and, with a `tier` (it outlives this), fits them. Errors: those of TrackerList::compile.
    static base::Result<EvalHearing> make(std::vector<detect::TrackerDefinition> trackers, const Options& options,
                                          SemanticTier* tier);

    /// What is heard in a text. `take` gets it, on one of several threads, one call at a time for a text.
    using Take = std::function<void(std::size_t index, const std::vector<detect::TurnHit>& hits)>;

    /// Hears all texts, several at a time, so that the model sees batches as it does live.
    void hear(std::span<const EvalText* const> texts, const Take& take) const;

private:
    EvalHearing(std::shared_ptr<const detect::TrackerList> list, detect::Judge judge, double default_threshold)
        : list_(std::move(list)), judge_(std::move(judge)), default_threshold_(default_threshold) {}

    std::shared_ptr<const detect::TrackerList> list_;
    detect::Judge judge_;
    double default_threshold_;
};

}  // namespace earshot::app
