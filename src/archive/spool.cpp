#include "spool.hpp"

#include <boost/crc.hpp>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/file.h>
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
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return failed(folder, error.value());
    const std::filesystem::path lock = folder / "lock";
    Descriptor held(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!held.is_open()) return failed(lock, errno);
    if (::flock(held.get(), LOCK_EX | LOCK_NB) != 0) {
        return base::Error{base::Errc::io_failed, folder.string() + " is in use by another server", {}, {}};
    }
    Spool spool(std::move(folder), at_most_bytes, std::move(held));
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
    const auto known = files_.find(number);
    const bool is_new = known == files_.end();
    const std::uint64_t begin = is_new ? 0 : known->second.size;
    // A new one may stand where an old one could not be removed.
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (is_new ? O_TRUNC : 0), 0600));
    if (!file.is_open()) return failed(path, errno);
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t written =
            ::pwrite(file.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(begin + done));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            const int reason = written < 0 ? errno : ENOSPC;
            if (::ftruncate(file.get(), static_cast<off_t>(begin)) != 0) {
                // What is there in part is no whole record, and the next one is written over it.
            }
            return failed(path, reason);
        }
        done += static_cast<std::size_t>(written);
    }
    if (::fdatasync(file.get()) != 0) return failed(path, errno);
    if (is_new) {  // its name has to outlive a loss of power, too
        const Descriptor folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!folder.is_open() || ::fsync(folder.get()) != 0) return failed(folder_, errno);
    }
    files_[number].size = begin + bytes.size();
    bytes_ += bytes.size();
    return {};
}

base::Result<std::string> Spool::read_first() const {
    const auto& [number, file] = *files_.begin();
    const std::filesystem::path path = path_of(number);
    const Descriptor open(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!open.is_open()) return failed(path, errno);
    std::string bytes(file.size - file.dropped, '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t taken =
            ::pread(open.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(file.dropped + done));
        if (taken < 0 && errno == EINTR) continue;
        if (taken < 0) return failed(path, errno);
        if (taken == 0) break;  // it is shorter than it was
        done += static_cast<std::size_t>(taken);
    }
    bytes.resize(done);
    return bytes;
}

base::Result<std::vector<std::string>> Spool::front(std::size_t bytes, std::size_t records) {
    std::vector<std::string> taken;
    while (!files_.empty() && taken.empty()) {
        const auto read = read_first();
        if (!read) return read.error();
        const File& file = files_.begin()->second;
        std::string_view rest = *read;
        std::size_t total = 0;
        while (rest.size() > k_header_bytes && taken.size() < records) {
            const std::size_t length = take(rest.data());
            if (length == 0 || length > rest.size() - k_header_bytes) break;
            const std::string_view record = rest.substr(k_header_bytes, length);
            if (checksum(record) != take(rest.data() + 4)) break;
            if (!taken.empty() && total + length > bytes) break;
            taken.emplace_back(record);
            total += length;
            rest.remove_prefix(k_header_bytes + length);
        }
        given_ = file.dropped + (read->size() - rest.size());
        if (!taken.empty()) break;
        damaged_ += file.size - given_;  // what follows cannot be told from what is damaged
        drop_file();
    }
    return taken;
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
