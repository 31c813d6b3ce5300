#pragma once

#include "earshot/base/error.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::encoder {

/// One array of numbers in a safetensors file.
struct Tensor {
    std::string type;  ///< "F32" and others
    std::vector<std::size_t> shape;
    std::string_view bytes;
};

/// The contents of a safetensors file: the length of a JSON header, the header, the numbers. Views the bytes it was
/// parsed from, which must outlive it.
class Safetensors {
public:
    /// Errors: invalid_value (cut short, a header that is no such JSON, a tensor that lies outside of the file).
    static base::Result<Safetensors> parse(std::string_view bytes);

    bool contains(std::string_view name) const noexcept { return tensors_.contains(name); }

    /// The tensor called `name`, of 32-bit numbers. Errors: invalid_value (there is none, it has other numbers).
    base::Result<Tensor> find(std::string_view name) const;

    /// The same, of this shape.
    base::Result<Tensor> find(std::string_view name, std::span<const std::size_t> shape) const;

private:
    std::map<std::string, Tensor, std::less<>> tensors_;
};

}  // namespace earshot::encoder
