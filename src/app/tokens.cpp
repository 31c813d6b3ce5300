#include "earshot/app/tokens.hpp"

#include "earshot/app/app_list.hpp"

#include "sodium_ready.hpp"

#include <jwt.h>
#include <sodium.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <span>
#include <utility>

namespace earshot::app {
namespace {

using base::Errc;
using base::Error;

constexpr std::size_t k_longest_token = 2048;
constexpr std::string_view k_alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

struct FreeJwt {
    void operator()(jwt_t* jwt) const noexcept { jwt_free(jwt); }
};
using Jwt = std::unique_ptr<jwt_t, FreeJwt>;

struct FreeText {
    void operator()(char* text) const noexcept { std::free(text); }
};

bool consists_of(std::string_view text, std::string_view more) {
    return std::all_of(text.begin(), text.end(), [more](char c) {
        return k_alphanumeric.find(c) != std::string_view::npos || more.find(c) != std::string_view::npos;
    });
}

std::chrono::seconds since_epoch(base::WallTime time) {
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
}

std::string hexadecimal(std::span<const unsigned char> bytes) {
    std::string text(2 * bytes.size() + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
    text.pop_back();
    return text;
}

std::string make_nonce() {
    std::array<unsigned char, 8> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    return hexadecimal(bytes);
}

/// Whether the first two parts are plain base64.
bool is_plain(std::string_view token) {
    const std::string_view signed_part = token.substr(0, token.rfind('.'));
    return consists_of(signed_part, ".");
}

/// One token, whatever its characters; empty on failure.
std::string sign(const TokenKey& key, const std::string& kid, const TokenClaims& claims, std::chrono::seconds from,
                 std::chrono::seconds until) {
    jwt_t* made = nullptr;
    if (jwt_new(&made) != 0) return {};
    const Jwt jwt(made);
    const bool complete = jwt_add_header(jwt.get(), "kid", kid.c_str()) == 0 &&
                          jwt_add_grant(jwt.get(), "sub", claims.account.c_str()) == 0 &&
                          (claims.app.empty() || jwt_add_grant(jwt.get(), "app", claims.app.c_str()) == 0) &&
                          jwt_add_grant_int(jwt.get(), "iat", from.count()) == 0 &&
                          jwt_add_grant_int(jwt.get(), "exp", until.count()) == 0 &&
                          jwt_add_grant(jwt.get(), "jti", make_nonce().c_str()) == 0 &&
                          jwt_set_alg(jwt.get(), JWT_ALG_HS256, key.data(), static_cast<int>(key.size())) == 0;
    if (!complete) return {};
    const std::unique_ptr<char, FreeText> token(jwt_encode_str(jwt.get()));
    return token ? std::string(token.get()) : std::string();
}

/// libjwt gives 0 or -1 for what is no integer, and not always an error.
bool is_in_force(jwt_t* jwt, std::chrono::seconds now) {
    errno = 0;
    const long expires = jwt_get_grant_int(jwt, "exp");
    if (errno != 0 || std::chrono::seconds(expires) <= now) return false;
    const long begins = jwt_get_grant_int(jwt, "nbf");
    return errno == ENOENT || (errno == 0 && begins > 0 && std::chrono::seconds(begins) <= now);
}

}  // namespace

std::string key_id(const TokenKey& key) {
    // Of a random key of 256 bits its hash tells nothing.
    std::array<unsigned char, crypto_generichash_BYTES_MIN> digest{};
    crypto_generichash(digest.data(), digest.size(), key.data(), key.size(), nullptr, 0);
    return hexadecimal(std::span(digest).first<8>());
}

TokenAuthority::TokenAuthority(const TokenKeys& keys, std::chrono::seconds life)
    : life_(std::min(life, k_longest_token_life)) {
    detail::make_sodium_ready();
    keys_.push_back({keys.current, key_id(keys.current)});
    if (keys.previous) keys_.push_back({*keys.previous, key_id(*keys.previous)});
}

base::Result<IssuedToken> TokenAuthority::issue(const TokenClaims& claims, base::WallTime now,
                                                std::optional<std::chrono::seconds> life) const {
    if (!is_account(claims.account) || (!claims.app.empty() && !is_account(claims.app))) {
        return Error{Errc::invalid_value, "the account cannot stand in a token", {}, {}};
    }
    // '-' and '_' are the digits 62 and 63, whose bits 11111x come from ASCII only where a third byte of three is '>',
    // '?', '~' or DEL. Claims hold none of them, so that the first token will do; should they ever, another nonce may.
    constexpr int k_tries = 16;
    const std::chrono::seconds lives = std::min(life.value_or(life_), k_longest_token_life);
    for (int i = 0; i < k_tries; ++i) {
        const auto from = since_epoch(now);
        std::string token = sign(keys_.front().key, keys_.front().id, claims, from, from + lives);
        if (token.empty()) break;
        if (is_plain(token)) return IssuedToken{std::move(token), lives};
    }
    return Error{Errc::internal, "no token could be made", {}, {}};
}

/// The key that signed `token`, or null. libsodium compares signatures in constant time.
const TokenAuthority::NamedKey* TokenAuthority::signer_of(std::string_view token) const {
    const std::size_t dot = token.rfind('.');
    if (dot == token.npos) return nullptr;
    const std::string_view signed_part = token.substr(0, dot);
    const std::string_view signature = token.substr(dot + 1);
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> bytes{};
    std::size_t size = 0;
    if (sodium_base642bin(bytes.data(), bytes.size(), signature.data(), signature.size(), nullptr, &size, nullptr,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        size != bytes.size()) {
        return nullptr;
    }
    const auto* const text = reinterpret_cast<const unsigned char*>(signed_part.data());
    const NamedKey* signer = nullptr;
    for (const NamedKey& named : keys_) {
        if (crypto_auth_hmacsha256_verify(bytes.data(), text, signed_part.size(), named.key.data()) == 0 && !signer) {
            signer = &named;
        }
    }
    return signer;
}

base::Result<TokenClaims> TokenAuthority::verify(std::string_view token, base::WallTime now) const {
    const auto refused = [] {
        return Error{Errc::unauthorized, "Token validation failed for provided token.", {}, {}};
    };
    if (token.empty() || token.size() > k_longest_token || !consists_of(token, "._-")) return refused();
    const NamedKey* const signer = signer_of(token);
    if (!signer) return refused();

    // libjwt looks neither at which algorithm a token names nor at `exp`.
    jwt_t* decoded = nullptr;
    const std::string text(token);
    if (jwt_decode(&decoded, text.c_str(), signer->key.data(), static_cast<int>(signer->key.size())) != 0) {
        return refused();
    }
    const Jwt jwt(decoded);
    if (jwt_get_alg(jwt.get()) != JWT_ALG_HS256) return refused();
    const char* const kid = jwt_get_header(jwt.get(), "kid");
    if (kid != nullptr && kid != signer->id) return refused();
    if (!is_in_force(jwt.get(), since_epoch(now))) return refused();
    const char* const account = jwt_get_grant(jwt.get(), "sub");
    if (account == nullptr || !is_account(account)) return refused();
    const char* const app = jwt_get_grant(jwt.get(), "app");
    return TokenClaims{account, app == nullptr ? "" : app};
}

}  // namespace earshot::app
