#include "earshot/semantic/word_pieces.hpp"

#include "bert_words.hpp"
#include "piece_index.hpp"

#include <algorithm>
#include <string>

namespace earshot::semantic {
namespace {

bool begins_point(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
}

}  // namespace

struct WordPieces::Index {
    PieceIndex entries;
    std::int32_t unknown = 0;
    std::int32_t cls = 0;
    std::int32_t sep = 0;
    std::int32_t pad = 0;

    /// Appends the pieces of a normalised word, with their places in it.
    void append_word(std::string_view word, std::vector<Piece>& out) const {
        const std::size_t before = out.size();
        PiecePlace place = PiecePlace::begins;
        for (std::size_t begin = 0; begin < word.size(); place = PiecePlace::continues) {
            std::size_t end = std::min(word.size(), begin + entries.longest(place));
            std::int32_t id = PieceIndex::k_none;
            for (; end > begin; --end) {
                if (end < word.size() && !begins_point(word[end])) continue;
                id = entries.find(word.substr(begin, end - begin), place);
                if (id != PieceIndex::k_none) break;
            }
            if (id == PieceIndex::k_none) {  // then the word as a whole is unknown
                out.resize(before);
                out.push_back({unknown, 0, static_cast<std::uint32_t>(word.size())});
                return;
            }
            out.push_back({id, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
            begin = end;
        }
    }
};

base::Result<WordPieces> WordPieces::parse(std::string_view vocabulary) {
    auto entries = PieceIndex::build(vocabulary);
    if (!entries) return entries.error();
    auto index = std::make_shared<Index>();
    index->entries = std::move(*entries);
    for (const auto& [name, id] : {std::pair{"[UNK]", &index->unknown}, std::pair{"[CLS]", &index->cls},
                                   std::pair{"[SEP]", &index->sep}, std::pair{"[PAD]", &index->pad}}) {
        *id = index->entries.find(name, PiecePlace::begins);
        if (*id != PieceIndex::k_none) continue;
        return base::Error{base::Errc::invalid_value, std::string("the vocabulary has no ") + name, {}, {}};
    }
    WordPieces pieces;
    pieces.index_ = std::move(index);
    return pieces;
}

void WordPieces::append(std::string_view text, std::vector<Piece>& out) const {
    BertWords words(text);
    while (words.next()) {
        const std::size_t first = out.size();
        if (words.is_overlong()) {
            out.push_back({index_->unknown, words.begin(), words.end()});
            continue;
        }
        index_->append_word(words.word(), out);
        for (std::size_t i = first; i < out.size(); ++i) words.place(out[i].byte_begin, out[i].byte_end);
    }
}

std::size_t WordPieces::size() const noexcept {
    return index_->entries.size();
}
std::int32_t WordPieces::cls() const noexcept {
    return index_->cls;
}
std::int32_t WordPieces::sep() const noexcept {
    return index_->sep;
}
std::int32_t WordPieces::pad() const noexcept {
    return index_->pad;
}

}  // namespace earshot::semantic
