#include "earshot/app/secrets.hpp"

#include "sodium_ready.hpp"

#include <sodium.h>

#include <array>
#include <cstring>
#include <new>

namespace earshot::app {
namespace {

// OWASP's second recommendation for Argon2id: 24 ms a hash on a core of 2023.
constexpr unsigned long long k_passes = 2;
constexpr std::size_t k_memory_bytes = 19 * 1024 * 1024;

}  // namespace

std::string hash_secret(std::string_view secret) {
    detail::make_sodium_ready();
    std::array<char, crypto_pwhash_STRBYTES> text{};
    if (crypto_pwhash_str_alg(text.data(), secret.data(), secret.size(), k_passes, k_memory_bytes,
                              crypto_pwhash_ALG_ARGON2ID13) != 0) {
        throw std::bad_alloc();
    }
    return text.data();
}

bool is_secret_of(std::string_view hash, std::string_view secret) {
    detail::make_sodium_ready();
    if (!is_secret_hash(hash) || secret.size() > k_longest_secret) return false;
    std::array<char, crypto_pwhash_STRBYTES> text{};
    std::memcpy(text.data(), hash.data(), hash.size());
    return crypto_pwhash_str_verify(text.data(), secret.data(), secret.size()) == 0;
}

bool is_secret_hash(std::string_view text) {
    if (!text.starts_with(crypto_pwhash_argon2id_STRPREFIX) || text.size() >= crypto_pwhash_STRBYTES) return false;
    if (text.find('\0') != text.npos) return false;
    // -1: it cannot be read; 1: its costs are others than these.
    return crypto_pwhash_str_needs_rehash(std::string(text).c_str(), k_passes, k_memory_bytes) >= 0;
}

std::string random_alphanumeric(std::size_t size) {
    constexpr std::string_view k_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    detail::make_sodium_ready();
    std::string text(size, '\0');
    for (char& letter : text) letter = k_letters[randombytes_uniform(k_letters.size())];
    return text;
}

}  // namespace earshot::app
