#include "spool.hpp"

#include <boost/crc.hpp>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace earshot::archive {
namespace {

/// Where a new spool begins, with room in front.
constexpr std::uint64_t k_first_file = 1'000'000'000;
/// A file that is larger is not added to.
constexpr std::uint64_t k_file_bytes = 8 * 1024 * 1024;
constexpr std::string_view k_suffix = ".spool";
constexpr std::size_t k_header_bytes = 8;

base::Error failed(const std::filesystem::path& path, int error) {
    return {base::Errc::io_failed, path.string() + ": " + std::generic_category().message(error), {}, {}};
}

std::uint32_t checksum(std::string_view bytes) {
    boost::crc_32_type crc;
    crc.process_bytes(bytes.data(), bytes.size());
    return crc.checksum();
}

void put(std::string& out, std::uint32_t number) {
    for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(number >> shift & 0xFFU);
}

std::uint32_t take(const char* bytes) {
    std::uint32_t number = 0;
    for (int i = 3; i >= 0; --i) number = number << 8 | static_cast<unsigned char>(bytes[i]);
    return number;
}

struct OpenFile {
    int descriptor;
    ~OpenFile() {
        if (descriptor >= 0) ::close(descriptor);
    }
};

std::optional<std::uint64_t> number_of(const std::filesystem::path& path) {
    const std::string name = path.filename().string();
    if (!name.ends_with(k_suffix)) return std::nullopt;
    std::uint64_t number = 0;
    const char* const end = name.data() + name.size() - k_suffix.size();
    const auto [stop, error] = std::from_chars(name.data(), end, number);
    if (error != std::errc() || stop != end) return std::nullopt;
    return number;
}

}  // namespace

base::Result<Spool> Spool::open(std::filesystem::path folder, std::uint64_t at_most_bytes) {
    Spool spool(std::move(folder), at_most_bytes);
    std::error_code error;
    std::filesystem::create_directories(spool.folder_, error);
    if (error) return failed(spool.folder_, error.value());
    std::filesystem::directory_iterator entries(spool.folder_, error);
    if (error) return failed(spool.folder_, error.value());
    for (const auto& entry : entries) {
        const auto number = number_of(entry.path());
        if (!number) continue;
        const std::uint64_t size = entry.file_size(error);
        if (error) return failed(entry.path(), error.value());
        spool.files_[*number] = {size, 0};
        spool.bytes_ += size;
    }
    return spool;
}

std::filesystem::path Spool::path_of(std::uint64_t number) const {
    return folder_ / (std::to_string(number) + std::string(k_suffix));
}

base::Result<void> Spool::append(std::span<const std::string> records) {
    std::uint64_t size = 0;
    for (const std::string& record : records) size += k_header_bytes + record.size();
    if (bytes_ + size > at_most_bytes_) return base::Error{base::Errc::too_large, "the spool is full", {}, {}};
    if (files_.empty()) {
        own_ = k_first_file;
    } else if (files_.rbegin()->first != own_ || files_.rbegin()->second.size >= k_file_bytes) {
        own_ = files_.rbegin()->first + 1;  // one that another server left may end in the middle of a record
    }
    return write(*own_, records);
}

base::Result<void> Spool::prepend(std::span<const std::string> records) {
    given_ = 0;
    return write(files_.empty() ? k_first_file : files_.begin()->first - 1, records);
}

base::Result<void> Spool::write(std::uint64_t number, std::span<const std::string> records) {
    if (records.empty()) return {};
    std::string bytes;
    for (const std::string& record : records) {
        put(bytes, static_cast<std::uint32_t>(record.size()));
        put(bytes, checksum(record));
        bytes += record;
    }
    const std::filesystem::path path = path_of(number);
    const OpenFile file{::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
    if (file.descriptor < 0) return failed(path, errno);
    const auto known = files_.find(number);
    const std::uint64_t begin = known == files_.end() ? 0 : known->second.size;
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t written =
            ::pwrite(file.descriptor, bytes.data() + done, bytes.size() - done, static_cast<off_t>(begin + done));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            const int reason = written < 0 ? errno : ENOSPC;
            if (::ftruncate(file.descriptor, static_cast<off_t>(begin)) != 0) {
                // What is there in part is no whole record, and the next one is written over it.
            }
            return failed(path, reason);
        }
        done += static_cast<std::size_t>(written);
    }
    if (::fdatasync(file.descriptor) != 0) return failed(path, errno);
    files_[number].size = begin + bytes.size();
    bytes_ += bytes.size();
    return {};
}

std::vector<std::string> Spool::front(std::size_t bytes) {
    std::vector<std::string> records;
    while (!files_.empty() && records.empty()) {
        const auto& [number, first] = *files_.begin();
        const std::uint64_t size = first.size;
        std::ifstream file(path_of(number), std::ios::binary);
        file.seekg(static_cast<std::streamoff>(first.dropped));
        given_ = first.dropped;
        std::size_t total = 0;
        while (given_ < size) {
            std::array<char, k_header_bytes> header{};
            file.read(header.data(), header.size());
            const std::uint32_t length = take(header.data());
            if (!file || length > size - given_ - k_header_bytes) break;
            if (!records.empty() && total + length > bytes) return records;
            std::string record(length, '\0');
            file.read(record.data(), length);
            if (!file || checksum(record) != take(header.data() + 4)) break;
            given_ += k_header_bytes + length;
            total += length;
            records.push_back(std::move(record));
        }
        if (given_ >= size) {
            if (records.empty()) drop_file();
        } else if (records.empty()) {  // what follows cannot be told from what is damaged
            damaged_ += size - given_;
            drop_file();
        } else {
            return records;
        }
    }
    return records;
}

void Spool::drop_front() {
    if (files_.empty() || given_ == 0) return;
    File& first = files_.begin()->second;
    first.dropped = given_;
    if (first.dropped >= first.size) drop_file();
}

void Spool::drop_file() {
    std::error_code error;
    std::filesystem::remove(path_of(files_.begin()->first), error);  // one that stays is read again, which does no harm
    bytes_ -= files_.begin()->second.size;
    files_.erase(files_.begin());
    given_ = 0;
}

}  // namespace earshot::archive
