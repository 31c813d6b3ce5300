#pragma once

#include "earshot/encoder/model_folder.hpp"
#include "earshot/encoder/sequencer.hpp"

namespace earshot::encoder {

/// The sequencer of a model, with its vocabulary. Errors: io_failed, invalid_value (the vocabulary is none, or the
/// prefix leaves texts too little room); the message names the file.
base::Result<Sequencer> read_sequencer(const ModelFolder& folder);

}  // namespace earshot::encoder
