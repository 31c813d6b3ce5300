#pragma once

#include "earshot/app/semantic_tier.hpp"
#include "earshot/base/error.hpp"

#include "eval_data.hpp"

#include <cstddef>
#include <vector>

// Sets of few trackers: how well one threshold serves whoever has one tracker, five or twenty.
namespace earshot::app {

struct SmallSetFigures {
    std::size_t trackers = 0;    ///< in a set
    std::size_t sets = 0;        ///< that were drawn
    double f1 = 0;               ///< at the default threshold, over all sets
    double mean_f1 = 0;          ///< the mean of the suites' own
    double nearest_best_f1 = 0;  ///< of the cosine of the nearest phrase in its place, at the threshold best for that
};

/// Draws sets of 1, 5 and 20 trackers from each suite, by a hash of their names, and hears the suite's utterances with
/// each. `tier` tells the best score of every tracker. Errors: those of EvalHearing::make.
base::Result<std::vector<SmallSetFigures>> hear_small_sets(const EvalData& data, detect::TierSet tiers,
                                                           SemanticTier* tier);

}  // namespace earshot::app
