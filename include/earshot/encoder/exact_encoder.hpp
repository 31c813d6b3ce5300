#pragma once

#include "earshot/encoder/sequencer.hpp"
#include "earshot/semantic/text_encoder.hpp"

#include <memory>
#include <mutex>

namespace earshot::encoder {

/// Vectors that are kept: each text alone in its batch and without padding, so that its vector is a function of the
/// text and the model.
class ExactEncoder final : public semantic::TextEncoder {
public:
    ExactEncoder(semantic::ModelCard card, Sequencer sequencer, std::unique_ptr<SequenceRunner> runner);

    const semantic::ModelCard& card() const noexcept override { return card_; }
    base::Result<void> encode(std::span<const std::string_view> texts, std::span<float> vectors) override;

private:
    base::Result<void> run(const Sequence& sequence, std::span<float> vector);

    semantic::ModelCard card_;
    Sequencer sequencer_;
    std::mutex mutex_;  // guards what follows
    std::unique_ptr<SequenceRunner> runner_;
    TokenBatch batch_;
};

}  // namespace earshot::encoder
