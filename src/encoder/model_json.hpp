#pragma once

#include "earshot/encoder/model_folder.hpp"

#include <string_view>

namespace earshot::encoder {

/// What `model.json` says; its files relative to it, the identity empty. Members without a default are `name`,
/// `dimensions`, `heads` and `pooling`. Errors: invalid_json, invalid_value (a member is missing, unknown or wrong; the
/// message names it).
base::Result<ModelFolder> parse_model_json(std::string_view json);

}  // namespace earshot::encoder
