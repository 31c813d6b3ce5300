#include "spoken_pieces.hpp"

#include "earshot/semantic/plain_text.hpp"

#include "dot.hpp"

namespace earshot::semantic {

void SpokenPieces::assign(const text::WordList& words) {
    text_.clear();
    begins_.clear();
    ends_.clear();
    for (std::uint32_t i = 0; i < words.words.size(); ++i) {
        if (i > 0 && has_blank_before(words, i)) text_ += ' ';
        begins_.push_back(static_cast<std::uint32_t>(text_.size()));
        text_ += words.normal_form(i);
        ends_.push_back(static_cast<std::uint32_t>(text_.size()));
    }
    pieces_.clear();
    word_pieces_->append(text_, pieces_);
    first_piece_.clear();
    std::uint32_t piece = 0;
    for (const std::uint32_t begin : begins_) {
        while (piece < pieces_.size() && pieces_[piece].byte_begin < begin) ++piece;
        first_piece_.push_back(piece);
    }
    first_piece_.push_back(static_cast<std::uint32_t>(pieces_.size()));
}

void SpokenPieces::embed(Window window, std::span<float> vector) const noexcept {
    table_->embed(pieces(window), vector);
}

std::vector<double> SpokenPieces::contributions(Window window, std::span<const float> head) const {
    std::vector<double> sums;
    for (std::uint32_t word = window.first_word; word <= window.last_word; ++word) {
        double sum = 0;
        for (const Piece& piece : pieces({word, word})) {
            sum += static_cast<double>(dot(table_->row(piece.id).data(), head.data(), head.size()));
        }
        sums.push_back(sum);
    }
    return sums;
}

}  // namespace earshot::semantic
