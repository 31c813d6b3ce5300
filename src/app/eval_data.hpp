#pragma once

#include "earshot/base/error.hpp"
#include "earshot/detect/tracker_definition.hpp"

#include <string>
#include <vector>

// Labelled data, as `earshot eval` reads it.
namespace earshot::app {

/// Trackers that are run together.
struct EvalSuite {
    std::string name;
    std::string language;  ///< BCP 47
    std::vector<detect::TrackerDefinition> trackers;
};

/// One text, or the turns of a conversation.
struct EvalText {
    std::string id;
    std::vector<std::string> suites;  ///< by which it is judged
    std::vector<std::string> labels;  ///< names of the right trackers; told of utterances alone
    std::vector<std::string> exact;   ///< names of those one of whose phrases is said word for word
    struct Turn {
        std::string speaker;
        std::string text;
    };
    std::vector<Turn> turns;
};

struct EvalData {
    std::vector<EvalSuite> suites;
    std::vector<EvalText> utterances;
    std::vector<EvalText> calls;          ///< with known events
    std::vector<EvalText> conversations;  ///< in which no tracker of their suites can be right

    const EvalSuite* find_suite(const std::string& name) const noexcept;
};

/// Reads `trackers_dev.json`, `utterances_dev.jsonl`, `calls_dev.jsonl` and `conversations_dev.jsonl` of a folder.
/// `stripped`: texts are lower-cased and lose their punctuation, except within words, so that words keep their number.
/// Errors: io_failed, invalid_json; the message names the file and the line.
base::Result<EvalData> read_eval_data(const std::string& folder, bool stripped);

}  // namespace earshot::app
