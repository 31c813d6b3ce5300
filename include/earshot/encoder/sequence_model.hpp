#pragma once

#include "earshot/base/error.hpp"
#include "earshot/encoder/model_folder.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace earshot::encoder {

/// Some texts as a model reads them: a row of token ids each, all of one length, short ones padded at their ends.
struct TokenBatch {
    std::size_t rows = 0;
    std::size_t length = 0;
    std::vector<std::int32_t> ids;  ///< rows x length
    std::vector<float> mask;        ///< rows x length: 1 for a token, 0 for padding
};

/// One at a time runs batches through a model, on the thread that calls.
class SequenceRunner {
public:
    virtual ~SequenceRunner() = default;

    /// The vector of each row, scaled to length 1, end to end into `vectors` (rows x dimensions). Errors: internal (the
    /// runtime failed; the message is its own).
    virtual base::Result<void> run(const TokenBatch& batch, std::span<float> vectors) = 0;
};

/// A model that is loaded. Any thread.
class SequenceModel {
public:
    virtual ~SequenceModel() = default;

    virtual std::size_t dimensions() const noexcept = 0;
    /// What it calculates with: "f32", "bf16" or "i8".
    virtual std::string_view precision() const noexcept = 0;
    /// As many as were asked for at loading run at the same time; further ones wait for them.
    virtual base::Result<std::unique_ptr<SequenceRunner>> make_runner() = 0;
};

/// A model twice: as exact as can be for what is kept, and as fast as this processor can for what is heard live. Both
/// are one where it has no fast arithmetic for the purpose.
struct LoadedModel {
    std::shared_ptr<SequenceModel> exact;
    std::shared_ptr<SequenceModel> live;
};

/// Whether this program was built with a runtime; without one `load_model` always fails.
bool has_runtime() noexcept;

/// Loads the weights for one runner of `exact` and `live_runners` of `live`. Blocks for a second at most. Errors:
/// unsupported (built without a runtime), io_failed, invalid_value (the weights are not those of a BERT; the message
/// names the file or tensor), internal (the runtime failed).
base::Result<LoadedModel> load_model(const ModelFolder& folder, std::size_t live_runners);

}  // namespace earshot::encoder
