#pragma once

#include "earshot/encoder/batch_encoder.hpp"
#include "earshot/encoder/exact_encoder.hpp"
#include "earshot/encoder/model_folder.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace earshot::encoder {

/// A model ready for use, in both ways it is used.
struct Encoders {
    ModelFolder folder;
    Sequencer sequencer;
    std::unique_ptr<ExactEncoder> exact;  ///< for phrases
    std::unique_ptr<BatchEncoder> live;   ///< for windows
    std::string live_precision;           ///< "f32", "bf16" or "i8"
};

/// Loads the model of a folder and starts its threads. Blocks for a second or two. Errors: those of read_model_folder,
/// WordPieces::parse and load_model.
base::Result<Encoders> load_encoders(const std::filesystem::path& folder, const BatchOptions& options);

}  // namespace earshot::encoder
