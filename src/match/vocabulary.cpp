#include "earshot/match/vocabulary.hpp"

#include <cassert>

namespace earshot::match {
namespace {

// Slots a word: at 2, an unknown word looks at 2.5 slots of 8 bytes on average.
constexpr std::size_t k_slots_a_word = 2;

}  // namespace

Vocabulary::Vocabulary() : slots_(1), begins_(1, 0) {}

WordId Vocabulary::insert(std::string_view word, std::uint64_t hash) {
    assert(hashes_.size() == size() && "insert after shrink");
    const WordId known = find(word, hash);
    if (known != k_no_word) return known;
    const auto id = static_cast<WordId>(size());
    bytes_.insert(bytes_.end(), word.begin(), word.end());
    begins_.push_back(static_cast<std::uint32_t>(bytes_.size()));
    hashes_.push_back(hash);
    if (slots_.size() < size() * k_slots_a_word + 1) {
        rehash(size() * k_slots_a_word * 2 + 1);
    } else {
        std::size_t at = detail::scale(hash, slots_.size());
        while (slots_[at].id != k_no_word) at = at + 1 == slots_.size() ? 0 : at + 1;
        slots_[at] = {static_cast<std::uint32_t>(hash), id};
    }
    return id;
}

void Vocabulary::shrink() {
    rehash(size() * k_slots_a_word + 1);
    begins_.shrink_to_fit();
    bytes_.shrink_to_fit();
    std::vector<std::uint64_t>().swap(hashes_);
}

void Vocabulary::rehash(std::size_t slot_count) {
    std::vector<Slot> slots(slot_count);
    for (std::size_t id = 0; id < size(); ++id) {
        std::size_t at = detail::scale(hashes_[id], slot_count);
        while (slots[at].id != k_no_word) at = at + 1 == slot_count ? 0 : at + 1;
        slots[at] = {static_cast<std::uint32_t>(hashes_[id]), static_cast<WordId>(id)};
    }
    slots_ = std::move(slots);
}

std::size_t Vocabulary::memory_bytes() const noexcept {
    return slots_.capacity() * sizeof(Slot) + begins_.capacity() * sizeof(std::uint32_t) + bytes_.capacity() +
           hashes_.capacity() * sizeof(std::uint64_t);
}

}  // namespace earshot::match
