#include "earshot/app/tokens.hpp"

#include <jwt.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>

namespace earshot::app {
namespace {

using base::Errc;
using base::Error;

constexpr std::size_t k_longest_token = 2048;
constexpr std::size_t k_longest_account = 128;
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

bool is_account(std::string_view text) {
    return !text.empty() && text.size() <= k_longest_account && consists_of(text, "._@+-");
}

std::chrono::seconds since_epoch(base::WallTime time) {
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
}

/// 16 hexadecimal digits; empty if there is no randomness.
std::string make_nonce() {
    std::array<unsigned char, 8> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return {};
    std::string nonce;
    for (const unsigned char byte : bytes) {
        nonce += "0123456789abcdef"[byte >> 4];
        nonce += "0123456789abcdef"[byte & 15];
    }
    return nonce;
}

std::string_view second_part(std::string_view token) {
    const std::size_t first = token.find('.');
    return token.substr(first + 1, token.rfind('.') - first - 1);
}

/// One token, whatever its characters; empty on failure.
std::string sign(const TokenKey& key, std::string_view account, std::chrono::seconds from, std::chrono::seconds until) {
    jwt_t* made = nullptr;
    if (jwt_new(&made) != 0) return {};
    const Jwt jwt(made);
    const std::string nonce = make_nonce();
    const bool complete = !nonce.empty() && jwt_add_grant(jwt.get(), "sub", std::string(account).c_str()) == 0 &&
                          jwt_add_grant_int(jwt.get(), "iat", from.count()) == 0 &&
                          jwt_add_grant_int(jwt.get(), "exp", until.count()) == 0 &&
                          jwt_add_grant(jwt.get(), "jti", nonce.c_str()) == 0 &&
                          jwt_set_alg(jwt.get(), JWT_ALG_HS256, key.data(), static_cast<int>(key.size())) == 0;
    if (!complete) return {};
    const std::unique_ptr<char, FreeText> token(jwt_encode_str(jwt.get()));
    return token ? std::string(token.get()) : std::string();
}

}  // namespace

TokenAuthority::TokenAuthority(const TokenKey& key, std::chrono::seconds life)
    : key_(key), life_(std::min(life, k_longest_token_life)) {}

base::Result<IssuedToken> TokenAuthority::issue(std::string_view account, base::WallTime now) const {
    if (!is_account(account)) return Error{Errc::invalid_value, "the account cannot stand in a token", {}, {}};

    // '-' and '_' are the digits 62 and 63, whose bits 11111x come from ASCII only where a third byte of three is '>',
    // '?', '~' or DEL. Claims hold none of them, so that the first token will do; should they ever, another nonce may.
    constexpr int k_tries = 16;
    for (int i = 0; i < k_tries; ++i) {
        const auto from = since_epoch(now);
        std::string token = sign(key_, account, from, from + life_);
        if (token.empty()) break;
        if (consists_of(second_part(token), "")) return IssuedToken{std::move(token), life_};
    }
    return Error{Errc::internal, "no token could be made", {}, {}};
}

base::Result<std::string> TokenAuthority::verify(std::string_view token, base::WallTime now) const {
    const Error refused{Errc::unauthorized, "Token validation failed for provided token.", {}, {}};
    if (token.empty() || token.size() > k_longest_token || !consists_of(token, "._-")) return refused;

    // libjwt compares signatures in constant time. It looks neither at which algorithm a token names nor at `exp`.
    jwt_t* decoded = nullptr;
    const std::string text(token);
    if (jwt_decode(&decoded, text.c_str(), key_.data(), static_cast<int>(key_.size())) != 0) return refused;
    const Jwt jwt(decoded);
    if (jwt_get_alg(jwt.get()) != JWT_ALG_HS256) return refused;
    errno = 0;
    const long expires = jwt_get_grant_int(jwt.get(), "exp");
    if (errno != 0 || std::chrono::seconds(expires) <= since_epoch(now)) return refused;
    const char* account = jwt_get_grant(jwt.get(), "sub");
    if (account == nullptr || !is_account(account)) return refused;
    return std::string(account);
}

}  // namespace earshot::app
