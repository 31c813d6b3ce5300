#pragma once

#include "earshot/base/error.hpp"

#include "descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace earshot::archive {

/// Records that wait on disk, first in, first out, in numbered files of a folder. A record is in it as a whole or not
/// at all, whatever crashes: each has its length and a checksum in front. What was read and not yet dropped is there
/// again after a restart. One thread.
class Spool {
public:
    /// Errors: io_failed (also: another server uses the folder).
    static base::Result<Spool> open(std::filesystem::path folder, std::uint64_t at_most_bytes);

    /// Behind all others; on disk when this returns. Errors: too_large (no room), io_failed; then none of them is in
    /// it.
    base::Result<void> append(std::span<const std::string> records);

    /// Before all others, also where there is no room.
    base::Result<void> prepend(std::span<const std::string> records);

    /// The first records, at least one unless there is none: up to `records`, of together at most `bytes` where more
    /// than one. What is damaged is passed over and gone. Errors: io_failed (a file cannot be read for now; all is
    /// still there).
    base::Result<std::vector<std::string>> front(std::size_t bytes, std::size_t records);

    /// Drops what front() gave last.
    void drop_front();

    bool empty() const noexcept { return files_.empty(); }
    std::uint64_t bytes() const noexcept { return bytes_; }

    /// Bytes that were no whole records when they were to be read, and are gone.
    std::uint64_t damaged_bytes() const noexcept { return damaged_; }

private:
    Spool(std::filesystem::path folder, std::uint64_t at_most_bytes, Descriptor lock)
        : folder_(std::move(folder)), at_most_bytes_(at_most_bytes), lock_(std::move(lock)) {}

    std::filesystem::path path_of(std::uint64_t number) const;
    base::Result<void> write(std::uint64_t number, std::span<const std::string> records);
    base::Result<std::string> read_first() const;
    void drop_file();

    std::filesystem::path folder_;
    std::uint64_t at_most_bytes_;
    Descriptor lock_;  // held as long as this server uses the folder
    struct File {
        std::uint64_t size = 0;
        std::uint64_t dropped = 0;  // of its begin
    };

    std::map<std::uint64_t, File> files_;  // by number
    std::optional<std::uint64_t> own_;     // the file that is added to
    std::uint64_t bytes_ = 0;              // of all files
    std::uint64_t given_ = 0;              // where that ends, in the first file, which front() gave last; 0: nothing
    std::uint64_t damaged_ = 0;
};

}  // namespace earshot::archive
