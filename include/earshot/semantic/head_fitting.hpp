#pragma once

#include "earshot/semantic/phrase_groups.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace earshot::semantic {

/// How heads are fitted. The defaults are measured ones; another value makes other heads, so a change of any of them
/// needs a new k_fit_version.
struct FitSettings {
    double cost = 10;                   ///< of a loss, against the length of the weights
    double positive_weight = 200;       ///< of all positives of a head together
    std::size_t max_negatives = 2'000;  ///< phrases of other groups, the background not counted
    std::size_t max_positives = 2'000;
    std::size_t folds = 5;  ///< of left-out phrases; groups with fewer phrases leave out each alone
};

/// What the heads, calibrations and files of a list depend on beside its phrases and vectors: to be raised with every
/// change of how they are made.
inline constexpr std::uint32_t k_fit_version = 1;

/// A fitted stage: a head for each group, by vectors of one kind (a model's, or a static table's).
struct FittedStage {
    std::size_t dimensions = 0;
    std::vector<float> weights;   ///< groups x dimensions
    std::vector<float> biases;    ///< by group
    std::vector<float> left_out;  ///< by group: mean score of its phrases by heads that had not seen them; not a number
                                  ///< where there is but one phrase
    /// Unit vectors of the phrases in a byte a value: phrases x dimensions, each row times its `phrase_scales`.
    std::vector<std::int8_t> phrases;
    std::vector<float> phrase_scales;

    friend bool operator==(const FittedStage&, const FittedStage&) = default;
};

/// Fits one stage of a list, a head at a time, so that a thread of low priority can be fair and can give up in between.
/// A head is L2-regularised logistic regression: a group's phrases against the phrases of all other groups (of more
/// than `max_negatives` those with the least hashes) and the background. Equal groups and vectors give equal heads, bit
/// for bit; how large the list is changes the time of a head only up to `max_negatives`.
///
/// One thread at a time; it needs nothing but memory (about 6 KB for each negative).
class StageFit {
public:
    /// `phrase_vectors`: of unit length or zero, in the order of groups->phrases(), end to end; `background_vectors`:
    /// those of background_lines(), at least one. Both are only read, and outlive the fit.
    StageFit(std::shared_ptr<const PhraseGroups> groups, std::size_t dimensions, std::span<const float> phrase_vectors,
             std::span<const float> background_vectors, const FitSettings& settings = {});
    ~StageFit();
    StageFit(StageFit&&) noexcept;

    /// Fits the next head and, for its calibration, one for each fold. False, and nothing done, if all are fitted. Of a
    /// group with 10 phrases in a list of 60 about 20 ms, of one with 50 in a list of 500 about 150 ms.
    bool step();

    /// Heads not yet fitted.
    std::size_t steps_left() const noexcept;

    /// What was fitted; once, when no step is left.
    FittedStage take();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::semantic
