#pragma once

#include <iosfwd>
#include <string>

namespace earshot::app {

/// What `earshot make-static-table` is told.
struct StaticTableOptions {
    std::string model_folder = "models/all-MiniLM-L6-v2";
    std::string frequencies_file =
        "models/words/frequencies.tsv";  ///< lines of a word, a tab and its share of all words
    std::string out_file = {};           ///< empty: where the model's folder keeps it
    bool force = false;                  ///< make it even if it is there
};

/// Makes the static table of a model, unless the file is there and of that model. The file is written as a whole or not
/// at all. What was done goes to `out`, problems to `err`. Returns 0, or 1 if the table could not be made.
int make_static_table(const StaticTableOptions& options, std::ostream& out, std::ostream& err);

}  // namespace earshot::app
