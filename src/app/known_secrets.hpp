#pragma once

#include "earshot/app/accounts.hpp"

#include "sodium_ready.hpp"

#include <sodium.h>

#include <array>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace earshot::app {

/// Secrets that were found to be right, so that an app which fetches its thousandth token does not cost an Argon2 hash
/// again. They are kept as fast hashes under a key that never leaves the process. Any thread.
class Accounts::KnownSecrets {
public:
    KnownSecrets() {
        detail::make_sodium_ready();
        crypto_generichash_keygen(key_.data());
    }

    /// `secret` is that of `hash`, which is an app's: there are never more than apps.
    void remember(const std::string& hash, std::string_view secret) {
        const std::lock_guard lock(mutex_);
        prints_[hash] = print_of(secret);
    }

    bool is_known(const std::string& hash, std::string_view secret) const {
        const Print print = print_of(secret);
        const std::lock_guard lock(mutex_);
        const auto found = prints_.find(hash);
        return found != prints_.end() && sodium_memcmp(found->second.data(), print.data(), print.size()) == 0;
    }

    void clear() {
        const std::lock_guard lock(mutex_);
        prints_.clear();
    }

private:
    using Print = std::array<unsigned char, crypto_generichash_BYTES>;

    Print print_of(std::string_view secret) const {
        Print print{};
        crypto_generichash(print.data(), print.size(), reinterpret_cast<const unsigned char*>(secret.data()),
                           secret.size(), key_.data(), key_.size());
        return print;
    }

    std::array<unsigned char, crypto_generichash_KEYBYTES> key_{};
    mutable std::mutex mutex_;
    std::map<std::string, Print> prints_;
};

}  // namespace earshot::app
