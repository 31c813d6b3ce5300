#pragma once

#include "earshot/base/error.hpp"
#include "earshot/semantic/word_pieces.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::semantic {

/// A vector for every entry of a vocabulary, already weighted by how rare the entry is: the mean over a text's pieces
/// is a vector of its meaning, without a model, in microseconds. Made from a model by `earshot make-static-table` (each
/// entry alone through the encoder, reduced by PCA, times 1e-3 / (1e-3 + its frequency)).
///
/// Immutable; any number of threads.
class StaticTable {
public:
    /// `file`: what `serialise` gave; copied. Errors: invalid_value (not such a file, cut short).
    static base::Result<StaticTable> parse(std::string_view file);

    /// `rows`: one for each entry, end to end, of `dimensions` each. `model`: identity of the model it was made of.
    static std::string serialise(std::string_view model, std::size_t dimensions, std::span<const float> rows);

    const std::string& model() const noexcept;
    std::size_t dimensions() const noexcept;
    std::size_t size() const noexcept;  ///< entries

    /// The entry's row, weighted. `piece`: below size().
    std::span<const float> row(std::int32_t piece) const noexcept;

    /// The mean of the pieces' rows, scaled to length 1 (zeros where there is none), into `vector` of dimensions().
    void embed(std::span<const Piece> pieces, std::span<float> vector) const noexcept;

private:
    struct Content;
    std::shared_ptr<const Content> content_;
};

}  // namespace earshot::semantic
