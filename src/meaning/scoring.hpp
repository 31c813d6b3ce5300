#pragma once

#include "earshot/meaning/fitter.hpp"
#include "earshot/net/scorer.hpp"
#include "earshot/semantic/utterance_scorer.hpp"
#include "earshot/text/tokenizer.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace earshot::meaning {

/// One utterance on its way through the scorer: first on a scoring thread, then on those of the encoder, which give its
/// windows' vectors.
class Scoring {
public:
    Scoring(const Instruments& instruments, const semantic::ScorerSettings& settings)
        : scorer_(instruments.pieces, instruments.table, settings) {}

    struct Asked {
        std::size_t windows = 0;    ///< of the utterance
        std::size_t over_gate = 0;  ///< of these, those about which the model may be asked
        std::size_t preparing = 0;  ///< windows of lists that are not fitted
    };

    /// Holds the utterance against the lists, as far as `fitter` has them.
    Asked begin(session::Score request, net::Scorer::Answer answer, const Fitter& fitter, text::Tokenizer& tokenizer);

    /// Asks `encoder` about those over the gate whose value is at least `least`; the answer follows once all are there.
    /// Gives how many were not asked about.
    static std::size_t ask(const std::shared_ptr<Scoring>& scoring, semantic::WindowEncoder* encoder, double least);

    /// Windows whose vectors came.
    std::size_t encoded() const noexcept { return encoded_; }

private:
    void take(std::size_t index, std::span<const float> vector);
    void finish_one();
    void finish();
    std::shared_ptr<const detect::Explanation> explain(const semantic::HeardWindow& heard) const;

    session::Score request_;
    net::Scorer::Answer answer_;
    text::WordList words_;
    std::vector<semantic::HeardList> lists_;
    detect::Opinion opinion_;

    std::mutex mutex_;  // of what follows, once the encoder is asked
    semantic::UtteranceScorer scorer_;
    std::size_t outstanding_ = 0;
    std::size_t encoded_ = 0;
    std::size_t left_out_ = 0;
};

}  // namespace earshot::meaning
