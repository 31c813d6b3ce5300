#pragma once

#include "earshot/semantic/static_table.hpp"
#include "earshot/semantic/windows.hpp"
#include "earshot/semantic/word_pieces.hpp"
#include "earshot/text/tokenizer.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::semantic {

/// The words of an utterance as plain text and as pieces of a static table. A word's pieces are those that begin in it,
/// so that the sum over words is the sum over the text.
class SpokenPieces {
public:
    /// Both outlive this.
    SpokenPieces(const WordPieces& word_pieces, const StaticTable& table)
        : word_pieces_(&word_pieces), table_(&table) {}

    void assign(const text::WordList& words);

    std::size_t words() const noexcept { return begins_.size(); }

    /// As append_plain_text gives it; lives until the next `assign`.
    std::string_view text(Window window) const noexcept {
        return std::string_view(text_).substr(begins_[window.first_word],
                                              ends_[window.last_word] - begins_[window.first_word]);
    }

    /// The window's vector by the static table, of length 1 (zeros if no piece of it has a row), into `vector` of
    /// table().dimensions(); the same as StaticTable::embed gives for its text, up to rounding.
    void embed(Window window, std::span<float> vector) const noexcept;

    /// For each word of the window, how much its pieces' rows add to their sum's product with `head`.
    std::vector<double> contributions(Window window, std::span<const float> head) const;

    const StaticTable& table() const noexcept { return *table_; }

private:
    std::span<const Piece> pieces(Window window) const noexcept {
        return std::span(pieces_).subspan(first_piece_[window.first_word],
                                          first_piece_[window.last_word + 1] - first_piece_[window.first_word]);
    }

    const WordPieces* word_pieces_;
    const StaticTable* table_;
    std::string text_;
    std::vector<std::uint32_t> begins_;  // of each word in text_
    std::vector<std::uint32_t> ends_;
    std::vector<Piece> pieces_;
    std::vector<std::uint32_t> first_piece_;  // of each word, and one behind the last
};

}  // namespace earshot::semantic
