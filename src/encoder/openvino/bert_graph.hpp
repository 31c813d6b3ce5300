#pragma once

#include "earshot/base/error.hpp"
#include "earshot/encoder/model_folder.hpp"

#include "safetensors.hpp"

#include <cstdint>
#include <memory>
#include <openvino/core/model.hpp>

namespace earshot::encoder {

/// How the matrices that tokens are multiplied with are written down.
enum class Form : std::uint8_t {
    f32,
    i8,  ///< 8 bits and a scale a row: for processors that multiply bytes
};

/// BERT as a graph: token ids (int32, rows x length) and their mask (float, the same) in, the pooled vector of each row
/// out, not scaled. All numbers are copied out of `weights`. The number of layers and their sizes are those of the
/// tensors. Errors: invalid_value (a tensor is missing or has another shape; the message names it).
base::Result<std::shared_ptr<ov::Model>> build_bert(const ModelFolder& folder, const Safetensors& weights, Form form);

}  // namespace earshot::encoder
