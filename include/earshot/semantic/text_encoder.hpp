#pragma once

#include "earshot/base/error.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace earshot::semantic {

/// Which model makes the vectors. Vectors of different models never meet: `identity` is part of every key they are kept
/// under.
struct ModelCard {
    std::string name;
    std::string identity;        ///< hash of all that decides a vector: weights, vocabulary, pooling, prefix
    std::size_t dimensions = 0;  ///< of a vector
};

/// Texts to vectors of meaning, in full precision and at once: what phrases are fitted with. (Live windows go through a
/// queue in front of a faster one.)
class TextEncoder {
public:
    virtual ~TextEncoder() = default;

    virtual const ModelCard& card() const noexcept = 0;

    /// One vector of length 1 for each text, end to end in `vectors` (texts x dimensions). A text's vector does not
    /// depend on the others'. Any thread, one at a time waits for the other. Errors: internal (the runtime failed).
    virtual base::Result<void> encode(std::span<const std::string_view> texts, std::span<float> vectors) = 0;
};

}  // namespace earshot::semantic
