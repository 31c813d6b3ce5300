#pragma once

#include "earshot/app/settings.hpp"
#include "earshot/base/error.hpp"
#include "earshot/base/time.hpp"
#include "earshot/meaning/fitter.hpp"
#include "earshot/meaning/semantic_scorer.hpp"
#include "earshot/meaning/value_keeper.hpp"

#include <memory>
#include <string>

namespace earshot::app {

/// What SemanticTier tells of itself, for metrics and a line of the log.
struct SemanticFigures {
    meaning::SemanticScorerCounters scoring;
    meaning::FitterCounters fitting;
    double encoder_cpu_seconds = 0;
    std::size_t encoder_waiting = 0;
    std::uint64_t encoder_cache_hits = 0;
};

/// The tier `semantic`, ready to serve: the model's folder loaded, its threads running.
class SemanticTier {
public:
    /// Loads `settings.model`, a folder with a model and its static table. Where `settings.stages` is static_table the
    /// tier hears by that alone: the model is not loaded, and no runtime needed. Blocks for a second or two. `keeper`
    /// (may be null) outlives it; `patience`: of those who ask about an utterance. Errors: io_failed, invalid_value,
    /// unsupported, as those who read the files give them; the message names the file, and what gets it where it is
    /// missing.
    static base::Result<std::unique_ptr<SemanticTier>> load(const Settings::Semantic& settings,
                                                            meaning::ValueKeeper* keeper,
                                                            const semantic::ScorerSettings& scoring = {},
                                                            base::Duration patience = base::Duration::max());
    ~SemanticTier();

    meaning::SemanticScorer& scorer() noexcept;

    /// Least score of a hit where a tracker gives none.
    double default_threshold() const noexcept;

    /// What vectors are made with, for a line of the log: "all-MiniLM-L6-v2, bf16" or "static table".
    std::string description() const;

    SemanticFigures figures() const;

private:
    struct Parts;
    explicit SemanticTier(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> parts_;
};

}  // namespace earshot::app
