#include "earshot/app/tokens.hpp"

#include <openssl/rand.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace earshot::app {
namespace {

using base::Errc;
using base::Error;

Error failure(std::string_view what) {
    return Error{Errc::io_failed, std::string(what), {}, {}};
}
Error system_failure() {
    return failure(std::strerror(errno));
}

class File {
public:
    File(const std::string& path, int flags, mode_t mode)
        : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    bool is_open() const { return descriptor_ >= 0; }
    int get() const { return descriptor_; }

private:
    int descriptor_;
};

/// Removes a file when it goes out of scope.
class Removed {
public:
    explicit Removed(std::string path) : path_(std::move(path)) {}
    ~Removed() { ::unlink(path_.c_str()); }
    Removed(const Removed&) = delete;
    Removed& operator=(const Removed&) = delete;

private:
    std::string path_;
};

/// The key in `path`; none if there is no such file.
base::Result<std::optional<TokenKey>> read_key(const std::string& path) {
    const File file(path, O_RDONLY, 0);
    if (!file.is_open()) {
        if (errno == ENOENT) return std::optional<TokenKey>();
        return system_failure();
    }
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) return system_failure();
    if (!S_ISREG(status.st_mode)) return failure("is no file");
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return failure("others than its owner may use this secret (chmod 600 it, or delete it for a new one)");
    }
    TokenKey key{};
    if (status.st_size != static_cast<off_t>(key.size())) {
        return failure("is no key of " + std::to_string(key.size()) + " bytes (delete it for a new one)");
    }
    if (::read(file.get(), key.data(), key.size()) != static_cast<ssize_t>(key.size())) return system_failure();
    return std::optional(key);
}

/// Puts a new key into `path` unless there is a file by now. The file appears as a whole: it is written beside its
/// place and then linked there, which fails where another server was faster.
base::Result<void> make_key(const std::string& path) {
    TokenKey key{};
    std::array<unsigned char, 8> suffix{};
    if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1 ||
        RAND_bytes(suffix.data(), static_cast<int>(suffix.size())) != 1) {
        return failure("there is no randomness for a key");
    }
    std::string temporary = path + ".";
    for (const unsigned char byte : suffix) temporary += static_cast<char>('a' + byte % 26);

    const File file(temporary, O_WRONLY | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
    if (!file.is_open()) return system_failure();
    const Removed removed(temporary);
    if (::write(file.get(), key.data(), key.size()) != static_cast<ssize_t>(key.size()) || ::fsync(file.get()) != 0) {
        return system_failure();
    }
    if (::link(temporary.c_str(), path.c_str()) != 0 && errno != EEXIST) return system_failure();
    return {};
}

}  // namespace

base::Result<TokenKey> load_token_key(const std::string& directory) {
    const std::string path = (std::filesystem::path(directory) / "token.key").string();
    auto kept = read_key(path);
    if (kept.has_value() && !kept->has_value()) {
        std::error_code error;
        std::filesystem::create_directories(directory, error);
        if (error) return failure("its directory cannot be made: " + error.message());
        if (const auto made = make_key(path); made.has_error()) return made.error();
        kept = read_key(path);
    }
    if (kept.has_error()) return kept.error();
    if (!kept->has_value()) return failure("vanished while it was made");
    return **kept;
}

}  // namespace earshot::app
