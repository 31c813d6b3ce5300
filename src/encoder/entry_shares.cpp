#include "entry_shares.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <string>

namespace earshot::encoder {
namespace {

base::Error wrong_line(std::size_t number) {
    return {base::Errc::invalid_value,
            "line " + std::to_string(number) + " of the frequencies is no word, tab and share between 0 and 1",
            {},
            {}};
}

/// Adds the share of a line's word to each of its pieces; false if the line is wrong.
bool add_line(std::string_view line, const semantic::WordPieces& pieces, std::vector<semantic::Piece>& found,
              std::vector<double>& shares) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos) return false;
    double share = 0;
    const char* const end = line.data() + line.size();
    const auto read = std::from_chars(line.data() + tab + 1, end, share);
    if (read.ec != std::errc() || read.ptr != end || !(share >= 0 && share <= 1)) return false;
    found.clear();
    pieces.append(line.substr(0, tab), found);
    for (const semantic::Piece& piece : found) shares[static_cast<std::size_t>(piece.id)] += share;
    return true;
}

void add_punctuation(const semantic::WordPieces& pieces, std::vector<double>& shares) {
    const double most = *std::ranges::max_element(shares);
    std::vector<semantic::Piece> found;
    for (const char mark : std::string_view("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")) {
        found.clear();
        pieces.append({&mark, 1}, found);
        const auto entry = static_cast<std::size_t>(found.front().id);
        shares[entry] = std::max(shares[entry], most);
    }
}

}  // namespace

base::Result<std::vector<double>> entry_shares(const semantic::WordPieces& pieces, std::string_view frequencies) {
    std::vector<double> shares(pieces.size(), 0);
    std::vector<semantic::Piece> found;
    for (std::size_t number = 1; !frequencies.empty(); ++number) {
        const std::size_t end = std::min(frequencies.find('\n'), frequencies.size());
        if (!add_line(frequencies.substr(0, end), pieces, found, shares)) return wrong_line(number);
        frequencies.remove_prefix(std::min(end + 1, frequencies.size()));
    }
    add_punctuation(pieces, shares);
    const double all = std::accumulate(shares.begin(), shares.end(), 0.0);
    if (all > 0) {
        for (double& share : shares) share /= all;
    }
    return shares;
}

}  // namespace earshot::encoder
