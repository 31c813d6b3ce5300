#include "earshot/app/tokens.hpp"

#include <openssl/rand.h>

#include <cerrno>
#include <cstdlib>
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

constexpr const char* k_current = "token.key";
constexpr const char* k_previous = "token.key.previous";

Error failure(const std::string& path, std::string_view what) {
    return Error{Errc::io_failed, path + ": " + std::string(what), {}, {}};
}
Error system_failure(const std::string& path) {
    return failure(path, std::strerror(errno));
}

class File {
public:
    explicit File(int descriptor) : descriptor_(descriptor) {}
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
    const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) {
        if (errno == ENOENT) return std::optional<TokenKey>();
        return system_failure(path);
    }
    struct stat status{};
    if (::fstat(file.get(), &status) != 0) return system_failure(path);
    if (!S_ISREG(status.st_mode)) return failure(path, "is no file");
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return failure(path, "others than its owner may use this secret (chmod 600 it, or delete it for a new one)");
    }
    TokenKey key{};
    if (status.st_size != static_cast<off_t>(key.size())) {
        return failure(path, "is no key of " + std::to_string(key.size()) + " bytes (delete it for a new one)");
    }
    if (::read(file.get(), key.data(), key.size()) != static_cast<ssize_t>(key.size())) return system_failure(path);
    return std::optional(key);
}

std::string path_in(const std::string& directory, const char* name) {
    return (std::filesystem::path(directory) / name).string();
}

base::Result<TokenKey> random_key(const std::string& path) {
    TokenKey key{};
    if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1) {
        return failure(path, "there is no randomness for a key");
    }
    return key;
}

/// A new file beside `path` that holds `key`, so that what takes its place there is whole. Returns its name.
base::Result<std::string> write_beside(const std::string& path, const TokenKey& key) {
    std::string temporary = path + ".XXXXXX";
    const File file(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!file.is_open()) return system_failure(path);
    if (::write(file.get(), key.data(), key.size()) != static_cast<ssize_t>(key.size()) || ::fsync(file.get()) != 0) {
        const Error error = system_failure(path);
        ::unlink(temporary.c_str());
        return error;
    }
    return temporary;
}

/// Puts a new key into `path` unless there is a file by now: linking fails where another server was faster.
base::Result<void> make_key(const std::string& path) {
    const auto key = random_key(path);
    if (!key) return key.error();
    const auto temporary = write_beside(path, *key);
    if (!temporary) return temporary.error();
    const Removed removed(*temporary);
    if (::link(temporary->c_str(), path.c_str()) != 0 && errno != EEXIST) return system_failure(path);
    return {};
}

/// Puts `key` into `path`, whatever is there.
base::Result<void> replace_key(const std::string& path, const TokenKey& key) {
    const auto temporary = write_beside(path, key);
    if (!temporary) return temporary.error();
    if (::rename(temporary->c_str(), path.c_str()) != 0) {
        const Error error = system_failure(path);
        ::unlink(temporary->c_str());
        return error;
    }
    return {};
}

/// The key in "token.key", which is made where there is none.
base::Result<TokenKey> load_current(const std::string& directory) {
    const std::string path = path_in(directory, k_current);
    auto kept = read_key(path);
    if (kept.has_value() && !kept->has_value()) {
        std::error_code error;
        std::filesystem::create_directories(directory, error);
        if (error) return failure(path, "its directory cannot be made: " + error.message());
        if (const auto made = make_key(path); made.has_error()) return made.error();
        kept = read_key(path);
    }
    if (kept.has_error()) return kept.error();
    if (!kept->has_value()) return failure(path, "vanished while it was made");
    return **kept;
}

}  // namespace

base::Result<TokenKeys> load_token_keys(const std::string& directory) {
    // In this order: a rotation writes the previous key first, so that no key of the two is missed in between.
    const auto current = load_current(directory);
    if (!current) return current.error();
    const auto previous = read_key(path_in(directory, k_previous));
    if (!previous) return previous.error();
    return TokenKeys{*current, *previous};
}

base::Result<void> rotate_token_key(const std::string& directory) {
    const auto current = load_current(directory);
    if (!current) return current.error();
    const std::string path = path_in(directory, k_current);
    const auto fresh = random_key(path);
    if (!fresh) return fresh.error();
    if (const auto kept = replace_key(path_in(directory, k_previous), *current); kept.has_error()) return kept;
    return replace_key(path, *fresh);
}

}  // namespace earshot::app
