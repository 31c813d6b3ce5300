#pragma once

#include "earshot/meaning/fitter.hpp"
#include "earshot/net/scorer.hpp"
#include "earshot/semantic/utterance_scorer.hpp"
#include "earshot/text/tokenizer.hpp"

#include <cstddef>
#include <functional>
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
        : has_model_(instruments.phrases != nullptr), scorer_(instruments.pieces, instruments.table, settings) {}

    struct Asked {
        std::size_t windows = 0;    ///< of the utterance
        std::size_t over_gate = 0;  ///< of these, those about which the model may be asked
        std::size_t preparing = 0;  ///< windows of lists that are not fitted by the model
    };

    /// Holds the utterance against the lists, as far as `fitter` has them.
    Asked begin(session::Score request, net::Scorer::Answer answer, const Fitter& fitter, text::Tokenizer& tokenizer);

    /// The least gate of windows that are worth asking about now; looked at before each.
    using LeastGate = std::function<double()>;

    /// Asks `encoder` (null: nobody) about those over the gate whose words are settled, the best first, as long as they
    /// are at least `least_gate`; the answer follows once all are there.
    static void ask(const std::shared_ptr<Scoring>& scoring, semantic::WindowEncoder* encoder,
                    const LeastGate& least_gate);

    /// The same for who can wait, window by window, whatever their gates: asks about the next one, and calls `came`
    /// when its vector is there. False: there was none left; it is not to be called again.
    static bool ask_next(const std::shared_ptr<Scoring>& scoring, semantic::WindowEncoder* encoder,
                         std::function<void()> came);

    /// Windows whose vectors came, and those that were judged without though the encoder was to be asked.
    std::size_t encoded() const noexcept { return encoded_; }
    std::size_t left_out() const noexcept { return left_out_; }

private:
    void note_unfitted(const detect::TrackerList& list, const Fitter& fitter, Asked& asked);
    bool is_settled(const semantic::Window& window) const;
    void put_in_order();
    static void submit(const std::shared_ptr<Scoring>& scoring, semantic::WindowEncoder& encoder, std::size_t index,
                       std::function<void()> came);
    void take(std::size_t index, std::span<const float> vector);
    void finish_one();
    void finish();
    std::shared_ptr<const detect::Explanation> explain(const semantic::HeardWindow& heard) const;

    const bool has_model_;
    session::Score request_;
    net::Scorer::Answer answer_;
    text::WordList words_;
    std::vector<semantic::HeardList> lists_;
    std::vector<std::size_t> order_;  // of the windows to ask about
    std::size_t next_ = 0;            // of these, for ask_next
    detect::Opinion opinion_;

    std::mutex mutex_;  // of what follows, once the encoder is asked
    semantic::UtteranceScorer scorer_;
    std::size_t outstanding_ = 1;  // whoever asks: the answer must not go out in the middle of it
    std::size_t encoded_ = 0;
    std::size_t left_out_ = 0;
};

}  // namespace earshot::meaning
