#include "earshot/encoder/exact_encoder.hpp"

namespace earshot::encoder {

ExactEncoder::ExactEncoder(semantic::ModelCard card, Sequencer sequencer, std::unique_ptr<SequenceRunner> runner)
    : card_(std::move(card)), sequencer_(std::move(sequencer)), runner_(std::move(runner)) {}

base::Result<void> ExactEncoder::encode(std::span<const std::string_view> texts, std::span<float> vectors) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const auto vector = vectors.subspan(i * card_.dimensions, card_.dimensions);
        if (auto done = run(sequencer_.sequence(texts[i]), vector); !done) return done;
    }
    return {};
}

/// Others may have their turn between two texts.
base::Result<void> ExactEncoder::run(const Sequence& sequence, std::span<float> vector) {
    const Sequence* const row = &sequence;
    const std::lock_guard lock(mutex_);
    sequencer_.batch(std::span(&row, 1), 1, batch_);
    return runner_->run(batch_, vector);
}

}  // namespace earshot::encoder
