#include "vector_cache.hpp"

#include <utility>

namespace earshot::encoder {

Vector VectorCache::find(const Sequence& sequence) {
    const auto place = places_.find({sequence});
    if (place == places_.end()) return nullptr;
    items_.splice(items_.begin(), items_, place->second);
    return items_.front().vector;
}

void VectorCache::insert(const Sequence& sequence, Vector vector) {
    if (const auto place = places_.find({sequence}); place != places_.end()) {
        items_.splice(items_.begin(), items_, place->second);
        return;  // an equal sequence has an equal vector
    }
    items_.push_front({sequence, std::move(vector)});
    places_.emplace(SequenceKey{items_.front().sequence}, items_.begin());
    bytes_ += bytes_of(items_.front());
    while (bytes_ > max_bytes_) {
        bytes_ -= bytes_of(items_.back());
        places_.erase({items_.back().sequence});
        items_.pop_back();
    }
}

std::size_t VectorCache::bytes_of(const Item& item) noexcept {
    constexpr std::size_t k_tables = 160;  // about: nodes of the list and the map, the control block
    return item.sequence.size() * sizeof(std::int32_t) + item.vector->size() * sizeof(float) + k_tables;
}

}  // namespace earshot::encoder
