#pragma once

#include "earshot/semantic/static_table.hpp"
#include "earshot/semantic/word_pieces.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace earshot::semantic {

/// The static table's vectors of plain texts, end to end: what the static stage is fitted with.
template <typename Texts>
std::vector<float> static_vectors(const Texts& texts, const WordPieces& word_pieces, const StaticTable& table) {
    std::vector<float> vectors(std::size(texts) * table.dimensions());
    std::vector<Piece> pieces;
    auto row = std::span(vectors);
    for (const std::string_view text : texts) {
        pieces.clear();
        word_pieces.append(text, pieces);
        table.embed(pieces, row.first(table.dimensions()));
        row = row.subspan(table.dimensions());
    }
    return vectors;
}

}  // namespace earshot::semantic
