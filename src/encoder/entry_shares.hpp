#pragma once

#include "earshot/base/error.hpp"
#include "earshot/semantic/word_pieces.hpp"

#include <string_view>
#include <vector>

namespace earshot::encoder {

/// Of each entry of a vocabulary, its share of all pieces that are said. `frequencies`: lines of a word, a tab and its
/// share of all words. Lists of words hold no punctuation, so an entry that is one ASCII character other than a letter
/// or digit counts as often as the most frequent entry. Errors: invalid_value (names the line).
base::Result<std::vector<double>> entry_shares(const semantic::WordPieces& pieces, std::string_view frequencies);

}  // namespace earshot::encoder
