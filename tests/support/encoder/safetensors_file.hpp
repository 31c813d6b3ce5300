#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::encoder {

/// Writes a safetensors file.
class SafetensorsFile {
public:
    void add(std::string_view name, const std::vector<std::size_t>& shape, const std::vector<float>& numbers) {
        header_ += (header_.size() > 1 ? "," : "") + ('"' + std::string(name)) + R"(":{"dtype":"F32","shape":[)";
        for (std::size_t i = 0; i < shape.size(); ++i) header_ += (i > 0 ? "," : "") + std::to_string(shape[i]);
        header_ += R"(],"data_offsets":[)" + std::to_string(data_.size()) + ',';
        data_.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float));
        header_ += std::to_string(data_.size()) + "]}";
    }

    std::string bytes() const {
        const std::string header = header_ + '}';
        const std::uint64_t size = header.size();
        return std::string(reinterpret_cast<const char*>(&size), sizeof(size)) + header + data_;
    }

private:
    std::string header_ = "{";
    std::string data_;
};

}  // namespace earshot::encoder
