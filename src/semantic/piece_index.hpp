#pragma once

#include "earshot/base/error.hpp"
#include "earshot/base/hash.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::semantic {

/// Where in a word a piece stands: entries that continue a word are written with `##` before them.
enum class PiecePlace : std::uint8_t { begins, continues };

/// The entries of a vocabulary by their bytes: open addressing, one look at 16 bytes and at the entry's own bytes for
/// what is found. Immutable once built; any number of threads.
class PieceIndex {
public:
    static constexpr std::int32_t k_none = -1;

    /// `vocabulary`: an entry a line. Errors: invalid_value (an entry stands twice, there are none or too many).
    static base::Result<PieceIndex> build(std::string_view vocabulary);

    /// The entry that is `bytes`, k_none if there is none.
    std::int32_t find(std::string_view bytes, PiecePlace place) const noexcept {
        const std::uint64_t hash = hash_of(bytes, place);
        for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
            const Slot& slot = slots_[at];
            if (slot.id == k_none) return k_none;
            if (slot.tag == tag_of(hash) && slot.place == place &&
                std::string_view(text_.data() + slot.begin, slot.length) == bytes) {
                return slot.id;
            }
        }
    }

    std::size_t size() const noexcept { return size_; }
    /// Length of the longest entry for a place, without `##`.
    std::size_t longest(PiecePlace place) const noexcept { return longest_[static_cast<std::size_t>(place)]; }

private:
    struct Slot {
        std::uint32_t tag = 0;
        std::uint32_t begin = 0;
        std::int32_t id = k_none;
        std::uint16_t length = 0;
        PiecePlace place = PiecePlace::begins;
    };

    static std::uint64_t hash_of(std::string_view bytes, PiecePlace place) noexcept {
        return base::mix(base::hash_bytes(bytes), static_cast<std::uint64_t>(place));
    }
    static std::uint32_t tag_of(std::uint64_t hash) noexcept { return static_cast<std::uint32_t>(hash >> 32); }

    base::Result<void> insert(std::string_view line, std::uint32_t begin, std::int32_t id);

    std::string text_;
    std::vector<Slot> slots_;
    std::size_t mask_ = 0;
    std::size_t size_ = 0;
    std::size_t longest_[2] = {0, 0};
};

}  // namespace earshot::semantic
