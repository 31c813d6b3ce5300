#pragma once

#include "earshot/base/error.hpp"

#include <filesystem>
#include <string_view>

namespace earshot::encoder {

/// A file as bytes of memory, read when they are touched. Whoever changes the file while it is mapped breaks the
/// program, so it is unmapped as soon as it was read.
class MappedFile {
public:
    /// Errors: io_failed; the message names the file.
    static base::Result<MappedFile> open(const std::filesystem::path& path);

    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    ~MappedFile();

    std::string_view bytes() const noexcept { return bytes_; }

private:
    explicit MappedFile(std::string_view bytes) noexcept : bytes_(bytes) {}

    std::string_view bytes_;  // none: nothing is mapped
};

}  // namespace earshot::encoder
