#include "safetensors.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>

namespace earshot::encoder {
namespace {

constexpr std::size_t k_length_bytes = 8;

base::Error wrong(std::string message) {
    return {base::Errc::invalid_value, std::move(message), {}, {}};
}

std::optional<std::vector<std::size_t>> read_sizes(const boost::json::value* value) {
    if (value == nullptr || !value->is_array()) return std::nullopt;
    std::vector<std::size_t> sizes;
    for (const boost::json::value& item : value->get_array()) {
        if (!item.is_int64() || item.get_int64() < 0) return std::nullopt;  // no file is larger than 63 bits
        sizes.push_back(static_cast<std::size_t>(item.get_int64()));
    }
    return sizes;
}

/// The bytes that 32-bit numbers of this shape take; none where no file could hold them.
std::optional<std::size_t> bytes_of(std::span<const std::size_t> shape) {
    std::size_t bytes = sizeof(float);
    for (const std::size_t size : shape) {
        if (size != 0 && bytes > std::numeric_limits<std::size_t>::max() / size) return std::nullopt;
        bytes *= size;
    }
    return bytes;
}

std::string written(std::span<const std::size_t> shape) {
    std::string text = "[";
    for (const std::size_t size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
    return text + "]";
}

base::Result<Tensor> read_tensor(std::string_view name, const boost::json::value& value, std::string_view data) {
    const auto broken = [&] { return wrong("the tensor " + std::string(name) + " is described wrongly"); };
    if (!value.is_object()) return broken();
    const boost::json::object& members = value.get_object();
    const boost::json::value* type = members.if_contains("dtype");
    const auto shape = read_sizes(members.if_contains("shape"));
    const auto offsets = read_sizes(members.if_contains("data_offsets"));
    if (type == nullptr || !type->is_string() || !shape || !offsets || offsets->size() != 2) return broken();

    const std::size_t begin = offsets->front();
    const std::size_t end = offsets->back();
    if (begin > end || end > data.size()) {
        return wrong("the tensor " + std::string(name) + " lies outside of the file: it may be cut short");
    }
    Tensor tensor{std::string(type->get_string()), *shape, data.substr(begin, end - begin)};
    if (tensor.type == "F32" && bytes_of(tensor.shape) != tensor.bytes.size()) return broken();
    return tensor;
}

}  // namespace

base::Result<Safetensors> Safetensors::parse(std::string_view bytes) {
    std::uint64_t header_size = 0;
    if (bytes.size() < k_length_bytes) return wrong("the file is too short for safetensors");
    std::memcpy(&header_size, bytes.data(), k_length_bytes);
    bytes.remove_prefix(k_length_bytes);
    if (header_size > bytes.size())
        return wrong("the file is shorter than its header says: it is cut short or no safetensors");

    boost::system::error_code error;
    const boost::json::value header = boost::json::parse(bytes.substr(0, header_size), error);
    if (error || !header.is_object()) return wrong("the header is no JSON object: the file is no safetensors");
    bytes.remove_prefix(header_size);

    Safetensors file;
    for (const auto& [name, value] : header.get_object()) {
        if (name == "__metadata__") continue;
        auto tensor = read_tensor(name, value, bytes);
        if (!tensor) return tensor.error();
        file.tensors_.emplace(name, std::move(*tensor));
    }
    return file;
}

base::Result<Tensor> Safetensors::find(std::string_view name) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) return wrong("there is no tensor " + std::string(name));
    if (found->second.type != "F32") {
        return wrong("the tensor " + std::string(name) + " has numbers of type " + found->second.type +
                     ", only F32 can be used");
    }
    return found->second;
}

base::Result<Tensor> Safetensors::find(std::string_view name, std::span<const std::size_t> shape) const {
    auto tensor = find(name);
    if (tensor && !std::ranges::equal(tensor->shape, shape)) {
        return wrong("the tensor " + std::string(name) + " has the shape " + written(tensor->shape) + " where " +
                     written(shape) + " is needed");
    }
    return tensor;
}

}  // namespace earshot::encoder
