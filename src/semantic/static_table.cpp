#include "earshot/semantic/static_table.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace earshot::semantic {
namespace {

static_assert(std::endian::native == std::endian::little, "the file is written as numbers lie in memory");

/// Begins a file; what follows it is the identity of the model, then the rows.
struct Header {
    char magic[8] = {'E', 'A', 'R', 'S', 'T', 'A', 'T', 'C'};
    std::uint32_t version = 1;
    std::uint32_t dimensions = 0;
    std::uint32_t entries = 0;
    std::uint32_t model_bytes = 0;
};

base::Error wrong(std::string message) {
    return {base::Errc::invalid_value, std::move(message), {}, {}};
}

}  // namespace

struct StaticTable::Content {
    std::string model;
    std::size_t dimensions = 0;
    std::size_t entries = 0;
    std::vector<float> rows;
};

base::Result<StaticTable> StaticTable::parse(std::string_view file) {
    const Header expected;
    Header header;
    if (file.size() < sizeof(Header)) return wrong("the file is too short for a static table");
    std::memcpy(&header, file.data(), sizeof(Header));
    file.remove_prefix(sizeof(Header));
    if (!std::ranges::equal(header.magic, expected.magic)) return wrong("the file is no static table");
    if (header.version != expected.version) {
        return wrong("the static table is of version " + std::to_string(header.version) + ", not of version " +
                     std::to_string(expected.version));
    }
    // What is there is divided, since products of what is said could be too large.
    const std::size_t row_bytes = std::size_t{header.dimensions} * sizeof(float);
    if (header.dimensions == 0 || header.model_bytes > file.size() ||
        (file.size() - header.model_bytes) % row_bytes != 0 ||
        (file.size() - header.model_bytes) / row_bytes != header.entries) {
        return wrong("the static table has not the size that it says: it may be cut short");
    }

    auto content = std::make_shared<Content>();
    content->model = file.substr(0, header.model_bytes);
    content->dimensions = header.dimensions;
    content->entries = header.entries;
    content->rows.resize(std::size_t{header.entries} * header.dimensions);
    file.remove_prefix(header.model_bytes);
    std::memcpy(content->rows.data(), file.data(), file.size());
    StaticTable table;
    table.content_ = std::move(content);
    return table;
}

std::string StaticTable::serialise(std::string_view model, std::size_t dimensions, std::span<const float> rows) {
    Header header;
    header.dimensions = static_cast<std::uint32_t>(dimensions);
    header.entries = static_cast<std::uint32_t>(rows.size() / dimensions);
    header.model_bytes = static_cast<std::uint32_t>(model.size());
    std::string file(reinterpret_cast<const char*>(&header), sizeof(Header));
    file += model;
    file.append(reinterpret_cast<const char*>(rows.data()), rows.size_bytes());
    return file;
}

const std::string& StaticTable::model() const noexcept {
    return content_->model;
}
std::size_t StaticTable::dimensions() const noexcept {
    return content_->dimensions;
}
std::size_t StaticTable::size() const noexcept {
    return content_->entries;
}

std::span<const float> StaticTable::row(std::int32_t piece) const noexcept {
    return std::span(content_->rows)
        .subspan(static_cast<std::size_t>(piece) * content_->dimensions, content_->dimensions);
}

void StaticTable::embed(std::span<const Piece> pieces, std::span<float> vector) const noexcept {
    std::ranges::fill(vector, 0.0F);
    for (const Piece& piece : pieces) {
        const std::span<const float> from = row(piece.id);
        for (std::size_t i = 0; i < vector.size(); ++i) vector[i] += from[i];
    }
    float squares = 0;
    for (const float value : vector) squares += value * value;
    if (squares <= 0) return;  // scaling takes the division by their number along
    const float scale = 1 / std::sqrt(squares);
    for (float& value : vector) value *= scale;
}

}  // namespace earshot::semantic
