#pragma once

#include "earshot/base/error.hpp"

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace earshot::semantic {

/// One piece of a text: an entry of the vocabulary, and the bytes of the text that it stands for.
struct Piece {
    std::int32_t id = 0;
    std::uint32_t byte_begin = 0;
    std::uint32_t byte_end = 0;
    friend bool operator==(const Piece&, const Piece&) = default;
};

/// Cuts texts into the word pieces of a BERT vocabulary, uncased: lower case, accents stripped, punctuation and Han
/// alone, then the longest matching entries, a word without a match as [UNK]. Equal to the reference implementation
/// (tokenizers' BertNormalizer, BertPreTokenizer and WordPiece), but that no text is ever a special entry.
///
/// Immutable; any number of threads.
class WordPieces {
public:
    /// `vocabulary`: the lines of a vocab.txt. Errors: invalid_value (a special entry is missing, an entry stands
    /// twice).
    static base::Result<WordPieces> parse(std::string_view vocabulary);

    /// Appends the pieces of `text` (valid UTF-8), without the special ones around it.
    void append(std::string_view text, std::vector<Piece>& out) const;

    std::size_t size() const noexcept;  ///< entries of the vocabulary
    std::int32_t cls() const noexcept;
    std::int32_t sep() const noexcept;
    std::int32_t pad() const noexcept;

private:
    struct Index;
    std::shared_ptr<const Index> index_;
};

}  // namespace earshot::semantic
