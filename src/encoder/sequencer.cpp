#include "earshot/encoder/sequencer.hpp"

#include <algorithm>

namespace earshot::encoder {

Sequencer::Sequencer(semantic::WordPieces pieces, std::string_view prefix, std::size_t max_tokens)
    : pieces_(std::move(pieces)), max_tokens_(max_tokens) {
    std::vector<semantic::Piece> found;
    pieces_.append(prefix, found);
    begin_.push_back(pieces_.cls());
    for (const semantic::Piece& piece : found) begin_.push_back(piece.id);
}

std::size_t Sequencer::room() const noexcept {
    return max_tokens_ > begin_.size() + 1 ? max_tokens_ - begin_.size() - 1 : 0;
}

Sequence Sequencer::sequence(std::string_view text) const {
    std::vector<semantic::Piece> found;
    pieces_.append(text, found);
    return sequence(found);
}

Sequence Sequencer::sequence(std::span<const semantic::Piece> text) const {
    const std::size_t taken = std::min(text.size(), room());
    Sequence ids;
    ids.reserve(begin_.size() + taken + 1);
    ids = begin_;
    for (const semantic::Piece& piece : text.first(taken)) ids.push_back(piece.id);
    ids.push_back(pieces_.sep());
    return ids;
}

void Sequencer::batch(std::span<const Sequence* const> sequences, std::size_t step, TokenBatch& out) const {
    std::size_t longest = 0;
    for (const Sequence* sequence : sequences) longest = std::max(longest, sequence->size());
    out.rows = sequences.size();
    out.length = (longest + step - 1) / step * step;
    out.ids.assign(out.rows * out.length, pieces_.pad());
    out.mask.assign(out.rows * out.length, 0);
    for (std::size_t row = 0; row < out.rows; ++row) {
        std::ranges::copy(*sequences[row], out.ids.begin() + static_cast<std::ptrdiff_t>(row * out.length));
        std::fill_n(out.mask.begin() + static_cast<std::ptrdiff_t>(row * out.length), sequences[row]->size(), 1.0F);
    }
}

}  // namespace earshot::encoder
