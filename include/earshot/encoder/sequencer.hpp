#pragma once

#include "earshot/encoder/model_folder.hpp"
#include "earshot/encoder/sequence_model.hpp"
#include "earshot/semantic/word_pieces.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace earshot::encoder {

/// A text as a model reads it: [CLS], the prefix, the text's pieces, [SEP].
using Sequence = std::vector<std::int32_t>;

/// Makes sequences of texts. Equal pieces give equal sequences, however the text was written. Any number of threads.
class Sequencer {
public:
    /// `max_tokens`: of a sequence; a text's pieces over that are cut off at its end.
    Sequencer(semantic::WordPieces pieces, std::string_view prefix, std::size_t max_tokens);

    const semantic::WordPieces& pieces() const noexcept { return pieces_; }

    /// How many pieces of a text there is room for.
    std::size_t room() const noexcept;

    Sequence sequence(std::string_view text) const;
    Sequence sequence(std::span<const semantic::Piece> text) const;

    /// Sequences as one batch, padded at their ends to a multiple of `step` tokens.
    void batch(std::span<const Sequence* const> sequences, std::size_t step, TokenBatch& out) const;

private:
    semantic::WordPieces pieces_;
    Sequence begin_;  // [CLS] and the prefix
    std::size_t max_tokens_;
};

}  // namespace earshot::encoder
