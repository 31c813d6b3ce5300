#pragma once

#include "earshot/base/error.hpp"
#include "earshot/semantic/text_encoder.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace earshot::encoder {

/// How the vectors of a text's tokens become one.
enum class Pooling : std::uint8_t {
    mean,  ///< their mean
    cls,   ///< that of the first one, [CLS]
};

/// A folder that holds a model: `model.json`, which says how it is used, and the weights and vocabulary that it names.
/// Any encoder of the architecture BERT, uncased, will do.
struct ModelFolder {
    semantic::ModelCard card;
    Pooling pooling = Pooling::mean;
    std::string prefix;          ///< put in front of every text
    std::size_t max_tokens = 0;  ///< of a text, with [CLS] and [SEP]; what is over is cut off
    std::size_t entries = 0;     ///< of the vocabulary: tokens are below it
    std::size_t heads = 0;       ///< of its attention
    double layer_norm_epsilon = 1e-12;
    double threshold = 0.5;              ///< least score of a hit where a tracker gives none
    std::filesystem::path weights;       ///< safetensors
    std::filesystem::path vocabulary;    ///< an entry a line
    std::filesystem::path static_table;  ///< where it is, once it was made
};

/// Reads `folder/model.json` and hashes what it names (all of the weights are read: some 0.1 s). Blocks. Errors:
/// io_failed (a file is missing or unreadable; the message names it), invalid_value (model.json is wrong; names the
/// member).
base::Result<ModelFolder> read_model_folder(const std::filesystem::path& folder);

}  // namespace earshot::encoder
