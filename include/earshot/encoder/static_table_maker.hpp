#pragma once

#include "earshot/base/error.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace earshot::encoder {

/// The file of a semantic::StaticTable for the model of a folder: each entry of the vocabulary alone through the model
/// in full precision, reduced to at most 256 dimensions by its principal axes, times 1e-3 / (1e-3 + its share of what
/// is said). `frequencies`: lines of a word, a tab and its share of all words. The same on every run. Takes some 20 s
/// of CPU time. `progress`: called with the share that is done. Errors: those of read_model_folder and load_model,
/// invalid_value (a line of `frequencies` is wrong; names it).
base::Result<std::string> make_static_table(const std::filesystem::path& folder, std::string_view frequencies,
                                            const std::function<void(double)>& progress);

}  // namespace earshot::encoder
