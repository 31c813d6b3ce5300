#pragma once

#include "earshot/encoder/batch_encoder.hpp"

#include "sequence_hash.hpp"

#include <cstddef>
#include <list>
#include <unordered_map>

namespace earshot::encoder {

/// The vectors of the sequences that were asked for last, as many as fit. One thread.
class VectorCache {
public:
    explicit VectorCache(std::size_t max_bytes) noexcept : max_bytes_(max_bytes) {}

    /// The vector of a sequence, which counts as used now; none if it is not here.
    Vector find(const Sequence& sequence);
    /// Keeps a vector, and forgets what was not used for longest.
    void insert(const Sequence& sequence, Vector vector);

    std::size_t bytes() const noexcept { return bytes_; }

private:
    struct Item {
        Sequence sequence;
        Vector vector;
    };
    static std::size_t bytes_of(const Item& item) noexcept;

    std::size_t max_bytes_;
    std::size_t bytes_ = 0;
    std::list<Item> items_;  // last used first
    std::unordered_map<SequenceKey, std::list<Item>::iterator, SequenceHash> places_;
};

}  // namespace earshot::encoder
