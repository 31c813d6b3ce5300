#include "earshot/semantic/word_pieces.hpp"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

// usage: word_pieces VOCABULARY: reads texts as lines of hexadecimal bytes, prints for each a line with its pieces as
// id:begin:end. tests/word_pieces/run compares them with the reference's.
namespace {

std::string from_hex(const std::string& line) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < line.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(line.substr(i, 2), nullptr, 16));
    }
    return bytes;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) return 2;
    std::ifstream file(arguments[1], std::ios::binary);
    const std::string vocabulary{std::istreambuf_iterator<char>(file), {}};
    const auto pieces = earshot::semantic::WordPieces::parse(vocabulary);
    if (!pieces) {
        std::cerr << arguments[1] << ": " << pieces.error().message << '\n';
        return 1;
    }
    std::vector<earshot::semantic::Piece> found;
    for (std::string line; std::getline(std::cin, line);) {
        found.clear();
        pieces->append(from_hex(line), found);
        for (const auto& piece : found) std::printf("%d:%u:%u ", piece.id, piece.byte_begin, piece.byte_end);
        std::putchar('\n');
    }
    return 0;
}
