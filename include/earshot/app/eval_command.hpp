#pragma once

#include "earshot/app/settings.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace earshot::app {

/// What hears in one round of `earshot eval`.
enum class EvalStage {
    literal,       ///< the tiers that answer at once
    static_table,  ///< these and meaning by the static table alone
    full,          ///< these and meaning by table and model
};

/// What `earshot eval` is told.
struct EvalOptions {
    std::string data_folder;  ///< labelled trackers, utterances, calls and conversations, and their scorer, score.py
    std::string out_folder = ".";  ///< gets the predictions; must exist
    std::vector<EvalStage> stages{EvalStage::literal, EvalStage::static_table, EvalStage::full};
    bool stripped = false;        ///< texts lower-cased and without punctuation, as some recognisers give them
    bool small_sets = true;       ///< also hear the utterances with sets of few trackers, drawn by hash
    Settings::Semantic semantic;  ///< which model
};

/// Measures how well trackers are heard in labelled data: by the engine that hears live, at the shipped settings.
/// Writes what was heard to `out_folder` and what the data's own scorer says of it to `out`, stage by stage; problems
/// to `err`. Returns 0, or 1 if something could not be read, heard or scored.
int eval(const EvalOptions& options, std::ostream& out, std::ostream& err);

}  // namespace earshot::app
