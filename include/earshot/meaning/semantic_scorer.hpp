#pragma once

#include "earshot/base/time.hpp"
#include "earshot/meaning/fitter.hpp"
#include "earshot/meaning/instruments.hpp"
#include "earshot/net/scorer.hpp"
#include "earshot/semantic/utterance_scorer.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace earshot::meaning {

struct SemanticScorerOptions {
    std::size_t threads = 1;   ///< that hold windows against the static table, of low priority
    std::size_t queue = 4096;  ///< utterances that may wait for one of them, and as many that are still open; those
                               ///< who ask patiently bound themselves
    base::Duration patience = std::chrono::seconds(2);  ///< of those who ask: what has waited longer is not scored
    bool encodes_open = false;  ///< the model is asked about utterances that are still open, too
    semantic::ScorerSettings scoring;
};

struct SemanticScorerCounters {
    std::uint64_t utterances = 0;  ///< ended ones that were scored
    std::uint64_t open = 0;        ///< that were scored while they were open
    std::uint64_t patient = 0;     ///< whose askers could wait
    std::uint64_t windows = 0;     ///< held against the static table
    std::uint64_t asked = 0;       ///< over the gate
    std::uint64_t encoded = 0;     ///< for which the model's vector came
    std::uint64_t left_out = 0;    ///< over the gate, and judged by the static table alone: too much was to do, or the
                                   ///< model failed
    std::uint64_t refused = 0;     ///< utterances that were not scored at all since the queue was full
    std::uint64_t late = 0;        ///< and those that had waited in it for so long that nobody did any more
    std::uint64_t preparing = 0;   ///< windows of lists that were not fitted by the model yet, or cannot be
    std::size_t waiting = 0;       ///< utterances in the queue
};

/// The tier `semantic`: hears what is said in other words. Every window of an utterance is held against the static
/// table; those over the gate wait, together with those of all other sessions, for the model.
///
/// Under load it does less, in this order, and says so: utterances that are still open wait for those that ended; of
/// the windows over the gate those nearest to it are judged by the static table alone, then all of them; then
/// utterances are not scored at all. Patient questions come after all others, and window by window, so that live ones
/// find the model free; nothing of them is left out, unless the model fails.
class SemanticScorer final : public net::Scorer {
public:
    /// `instruments` and `fitter` outlive it.
    SemanticScorer(const Instruments& instruments, Fitter& fitter, const SemanticScorerOptions& options = {});

    /// Joins its threads; what still waits is not answered. Answers of the window encoder may come later.
    ~SemanticScorer() override;

    void score(session::Score request, Answer answer) override;
    void prepare(const std::shared_ptr<const detect::TrackerList>& list, std::function<void()> ready) override;
    bool is_ready(const detect::TrackerList& list) const override;

    SemanticScorerCounters counters() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::meaning
