#include "earshot/semantic/word_pieces.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace earshot::semantic {
namespace {

std::string read(const std::string& name) {
    std::ifstream file(EARSHOT_SOURCE_DIR "/tests/unit/semantic/word_pieces/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string from_hex(std::string_view digits) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
    }
    return bytes;
}

std::string written(const std::vector<Piece>& pieces) {
    std::string text;
    for (const Piece& piece : pieces) {
        if (!text.empty()) text += ' ';
        text +=
            std::to_string(piece.id) + ':' + std::to_string(piece.byte_begin) + ':' + std::to_string(piece.byte_end);
    }
    return text;
}

WordPieces own_pieces() {
    return WordPieces::parse(read("vocabulary.txt")).value();
}

std::vector<Piece> cut(const WordPieces& pieces, std::string_view text) {
    std::vector<Piece> found;
    pieces.append(text, found);
    return found;
}

constexpr std::string_view k_special = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n";

TEST(WordPiecesTest, AreThoseOfTheReference) {
    const WordPieces pieces = own_pieces();
    std::ifstream golden(EARSHOT_SOURCE_DIR "/tests/unit/semantic/word_pieces/golden.txt");
    std::size_t texts = 0;
    for (std::string line; std::getline(golden, line); ++texts) {
        const std::size_t bar = line.find('|');
        EXPECT_EQ(written(cut(pieces, from_hex(line.substr(0, bar)))), line.substr(bar + 1)) << line;
    }
    EXPECT_GE(texts, 300U);
}

TEST(WordPiecesTest, OfATextAreThoseOfItsPartsBetweenSpaces) {
    const WordPieces pieces = own_pieces();
    std::ifstream golden(EARSHOT_SOURCE_DIR "/tests/unit/semantic/word_pieces/golden.txt");
    std::string text;
    std::vector<Piece> expected;
    for (std::string line; std::getline(golden, line);) {
        const std::string part = from_hex(line.substr(0, line.find('|')));
        for (Piece piece : cut(pieces, part)) {
            piece.byte_begin += static_cast<std::uint32_t>(text.size());
            piece.byte_end += static_cast<std::uint32_t>(text.size());
            expected.push_back(piece);
        }
        text += part + ' ';
    }
    EXPECT_EQ(cut(pieces, text), expected);
}

TEST(WordPiecesTest, StandForBytesInOrderInsideOfTheText) {
    const WordPieces pieces = own_pieces();
    const std::string text = "  What's the CAFÉ's   prices, \xE4\xB8\x80\xE4\xB8\x81?\n";
    std::uint32_t last = 0;
    for (const Piece& piece : cut(pieces, text)) {
        EXPECT_GE(piece.byte_begin, last);
        EXPECT_GT(piece.byte_end, piece.byte_begin);
        last = piece.byte_end;
    }
    EXPECT_LE(last, text.size());
}

TEST(WordPiecesTest, OfWordsAtTheLimitAreFoundAndBeyondItUnknown) {
    const auto pieces = WordPieces::parse(std::string(k_special) + "a\n##a\n").value();
    EXPECT_EQ(cut(pieces, std::string(100, 'a')).size(), 100U);
    EXPECT_EQ(cut(pieces, std::string(101, 'A')), (std::vector<Piece>{{1, 0, 101}}));

    std::string accented;
    for (int i = 0; i < 101; ++i) accented += "\xC3\xA1";
    EXPECT_EQ(cut(pieces, accented.substr(2)).size(), 100U);
    EXPECT_EQ(cut(pieces, accented), (std::vector<Piece>{{1, 0, 202}}));
}

TEST(WordPiecesTest, WhatLooksLikeASpecialEntryIsText) {
    const WordPieces pieces = own_pieces();
    for (const Piece& piece : cut(pieces, "[CLS] [SEP] [PAD]")) {
        EXPECT_NE(piece.id, pieces.cls());
        EXPECT_NE(piece.id, pieces.sep());
        EXPECT_NE(piece.id, pieces.pad());
    }
}

TEST(WordPiecesTest, MalformedBytesAreNoFault) {
    const WordPieces pieces = own_pieces();
    for (int first = 0x80; first <= 0xFF; ++first) {
        const std::string byte(1, static_cast<char>(first));
        for (const std::string& text : {byte, "a" + byte, byte + "a", byte + "\xCC\x81", "\xE4\xB8" + byte}) {
            for (const Piece& piece : cut(pieces, text)) EXPECT_LE(piece.byte_end, text.size());
        }
    }
}

TEST(WordPiecesTest, AVocabularyWithAnEntryTwiceOrWithoutASpecialOneIsRefused) {
    EXPECT_EQ(WordPieces::parse(std::string(k_special) + "a\nb\na\n").error().message,
              "the vocabulary has \"a\" twice");
    EXPECT_EQ(WordPieces::parse("[PAD]\n[UNK]\n[CLS]\n").error().message, "the vocabulary has no [SEP]");
    EXPECT_EQ(WordPieces::parse("").error().message, "the vocabulary is empty");
}

TEST(WordPiecesTest, EndsOfLinesMayBeOfEitherKindAndTheLastOneMissing) {
    const auto pieces = WordPieces::parse("[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\na").value();
    EXPECT_EQ(pieces.size(), 5U);
    EXPECT_EQ(pieces.sep(), 3);
    EXPECT_EQ(cut(pieces, "a"), (std::vector<Piece>{{4, 0, 1}}));
}

}  // namespace
}  // namespace earshot::semantic
