#pragma once

#include "support/encoder/plain_bert.hpp"
#include "support/encoder/safetensors_file.hpp"
#include "support/encoder/small_vocabulary.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace earshot::encoder {

/// A folder with a BERT of two layers and random weights. Removed with the object.
class SmallModel {
public:
    SmallModel() {
        std::string pattern = (std::filesystem::temp_directory_path() / "earshot-model-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        write("model.json", json("mean", ""));
        write("vocab.txt", small_vocabulary());
        write("model.safetensors", bert_.file().bytes());
    }
    SmallModel(const SmallModel&) = delete;
    SmallModel& operator=(const SmallModel&) = delete;
    ~SmallModel() { std::filesystem::remove_all(folder_); }

    static std::string json(std::string_view pooling, std::string_view more) {
        return R"({"name":"small","dimensions":)" + std::to_string(PlainBert::k_width) + R"(,"heads":)" +
               std::to_string(PlainBert::k_heads) + R"(,"maxTokens":32,"pooling":")" + std::string(pooling) + '"' +
               std::string(more) + '}';
    }

    void write(const std::string& name, std::string_view bytes) const {
        std::ofstream(folder_ / name, std::ios::binary) << bytes;
    }

    const std::filesystem::path& folder() const { return folder_; }
    const PlainBert& bert() const { return bert_; }

private:
    std::filesystem::path folder_;
    PlainBert bert_;
};

}  // namespace earshot::encoder
