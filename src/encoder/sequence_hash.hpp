#pragma once

#include "earshot/base/hash.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace earshot::encoder {

/// A sequence as a key of a table. Views the ids, which whoever is in the table owns.
struct SequenceKey {
    std::span<const std::int32_t> ids;

    friend bool operator==(const SequenceKey& a, const SequenceKey& b) { return std::ranges::equal(a.ids, b.ids); }
};

struct SequenceHash {
    std::size_t operator()(const SequenceKey& key) const noexcept {
        return base::hash_bytes({reinterpret_cast<const char*>(key.ids.data()), key.ids.size_bytes()});
    }
};

}  // namespace earshot::encoder
