#pragma once

#include "earshot/base/error.hpp"
#include "earshot/encoder/model_folder.hpp"

#include "safetensors.hpp"

#include <memory>
#include <openvino/core/model.hpp>

namespace earshot::encoder {

/// BERT as a graph: token ids (int32, rows x length) and their mask (float, the same) in, the pooled vector of each row
/// out, not scaled. All numbers are copied out of `weights`. The number of layers and their sizes are those of the
/// tensors. Errors: invalid_value (a tensor is missing or has another shape; the message names it).
base::Result<std::shared_ptr<ov::Model>> build_bert(const ModelFolder& folder, const Safetensors& weights);

}  // namespace earshot::encoder
