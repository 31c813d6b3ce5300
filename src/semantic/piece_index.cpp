#include "piece_index.hpp"

#include <algorithm>
#include <bit>

namespace earshot::semantic {
namespace {

constexpr std::size_t k_max_entries = 1'000'000;
constexpr std::size_t k_max_entry_bytes = 1'000;

base::Error wrong(std::string message) {
    return {base::Errc::invalid_value, "the vocabulary " + std::move(message), {}, {}};
}

}  // namespace

base::Result<PieceIndex> PieceIndex::build(std::string_view vocabulary) {
    const auto lines = static_cast<std::size_t>(std::ranges::count(vocabulary, '\n')) + 1;
    if (lines > k_max_entries) return wrong("has more than 1,000,000 entries");

    PieceIndex index;
    index.text_ = vocabulary;
    index.slots_.resize(std::bit_ceil(2 * lines));
    index.mask_ = index.slots_.size() - 1;
    for (std::size_t begin = 0; begin < vocabulary.size();) {
        const std::size_t end = std::min(vocabulary.find('\n', begin), vocabulary.size());
        std::string_view line = vocabulary.substr(begin, end - begin);
        if (line.ends_with('\r')) line.remove_suffix(1);
        const auto id = static_cast<std::int32_t>(index.size_++);
        if (auto done = index.insert(line, static_cast<std::uint32_t>(begin), id); !done) return done.error();
        begin = end + 1;
    }
    if (index.size_ == 0) return wrong("is empty");
    return index;
}

base::Result<void> PieceIndex::insert(std::string_view line, std::uint32_t begin, std::int32_t id) {
    const PiecePlace place = line.starts_with("##") && line.size() > 2 ? PiecePlace::continues : PiecePlace::begins;
    const std::string_view bytes = place == PiecePlace::continues ? line.substr(2) : line;
    if (bytes.size() > k_max_entry_bytes) return wrong("has an entry of over 1,000 bytes");
    if (find(bytes, place) != k_none) return wrong("has \"" + std::string(line) + "\" twice");

    const std::uint64_t hash = hash_of(bytes, place);
    std::size_t at = hash & mask_;
    while (slots_[at].id != k_none) at = (at + 1) & mask_;
    slots_[at] = {tag_of(hash), begin + static_cast<std::uint32_t>(line.size() - bytes.size()), id,
                  static_cast<std::uint16_t>(bytes.size()), place};
    std::size_t& longest = longest_[static_cast<std::size_t>(place)];
    longest = std::max(longest, bytes.size());
    return {};
}

}  // namespace earshot::semantic
