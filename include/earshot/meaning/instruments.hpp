#pragma once

#include "earshot/semantic/phrase_groups.hpp"
#include "earshot/semantic/static_table.hpp"
#include "earshot/semantic/text_encoder.hpp"
#include "earshot/semantic/window_encoder.hpp"
#include "earshot/semantic/word_pieces.hpp"

#include <string>

namespace earshot::meaning {

/// What hearing by meaning works with. All that is pointed to outlives its users.
struct Instruments {
    semantic::WordPieces pieces;
    semantic::StaticTable table;
    std::string table_identity;                  ///< hash of its file
    semantic::TextEncoder* phrases = nullptr;    ///< null, as the other: there is no model, and the static stage stands
                                                 ///< alone
    semantic::WindowEncoder* windows = nullptr;  ///< of the same model
    double default_threshold = semantic::k_default_threshold;  ///< of trackers that have none of their own
};

}  // namespace earshot::meaning
