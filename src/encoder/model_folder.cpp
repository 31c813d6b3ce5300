#include "earshot/encoder/model_folder.hpp"

#include "mapped_file.hpp"
#include "model_json.hpp"
#include "sha256.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace earshot::encoder {
namespace {

std::string written(double number) {
    std::array<char, 32> digits;
    return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr};
}

std::size_t lines_of(std::string_view text) {
    const bool ends_open = !text.empty() && text.back() != '\n';
    return static_cast<std::size_t>(std::ranges::count(text, '\n')) + (ends_open ? 1 : 0);
}

/// Hash of all that decides a vector. The name and the threshold do not.
std::string identity_of(const ModelFolder& folder, std::string_view weights, std::string_view vocabulary) {
    std::string text = "earshot model 1\n";
    for (const std::string& part :
         {std::to_string(folder.card.dimensions), std::to_string(static_cast<int>(folder.pooling)),
          std::to_string(folder.max_tokens), std::to_string(folder.heads), written(folder.layer_norm_epsilon),
          sha256(folder.prefix), sha256(weights), sha256(vocabulary)}) {
        text += part + '\n';
    }
    return sha256(text);
}

}  // namespace

base::Result<ModelFolder> read_model_folder(const std::filesystem::path& folder) {
    const std::filesystem::path file = folder / "model.json";
    const auto json = MappedFile::open(file);
    if (!json) return json.error();
    auto read = parse_model_json(json->bytes());
    if (!read) {
        base::Error error = read.error();
        error.message = file.string() + ": " + error.message;
        return error;
    }
    read->weights = folder / read->weights;
    read->vocabulary = folder / read->vocabulary;
    read->static_table = folder / "static_table.bin";

    const auto weights = MappedFile::open(read->weights);
    if (!weights) return weights.error();
    const auto vocabulary = MappedFile::open(read->vocabulary);
    if (!vocabulary) return vocabulary.error();
    read->entries = lines_of(vocabulary->bytes());
    read->card.identity = identity_of(*read, weights->bytes(), vocabulary->bytes());
    return read;
}

}  // namespace earshot::encoder
