#pragma once

#include "earshot/base/error.hpp"
#include "earshot/base/time.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::app {

/// Clients set a timer from a token's life; one beyond 24.8 days overflows it and makes them spin.
inline constexpr std::chrono::seconds k_longest_token_life = std::chrono::hours(24 * 24);

/// Clients take a token for expired that has a minute left, and would fetch one after the other.
inline constexpr std::chrono::seconds k_shortest_token_life = std::chrono::minutes(2);

/// The secret that signs tokens.
using TokenKey = std::array<unsigned char, 32>;

/// The names of tokens' makers that are no apps: an app's id holds no '@'.
inline constexpr std::string_view k_operator = "@operator";  ///< `earshot token`

/// The key that signs, and the one before it, whose tokens are still believed.
struct TokenKeys {
    TokenKey current{};
    std::optional<TokenKey> previous;
    friend bool operator==(const TokenKeys&, const TokenKeys&) = default;
};

/// Reads the keys that are kept in `directory` as "token.key" and, where there is one, "token.key.previous". Without
/// the former makes one, readable for its owner alone, and the directory before it where there is none. Of several
/// servers that begin at once, all get the same key. Errors: Errc::io_failed, also where a file has another size or
/// others may read or write it. The message begins with the file's name.
base::Result<TokenKeys> load_token_keys(const std::string& directory);

/// Puts a new key into the place of the current one, which becomes the previous one. A running server takes it up.
/// Errors: as of load_token_keys.
base::Result<void> rotate_token_key(const std::string& directory);

/// What a token says of the key that signed it: 16 hexadecimal digits of its hash.
std::string key_id(const TokenKey& key);

struct IssuedToken {
    std::string token;
    std::chrono::seconds expires_in{};
};

/// What a valid token says.
struct TokenClaims {
    std::string account;
    std::string app;  ///< the id of the app it was given to, or k_operator; empty: by a server without apps
    friend bool operator==(const TokenClaims&, const TokenClaims&) = default;
};

/// Issues and checks the tokens that clients show: JSON Web Tokens signed by HMAC with SHA-256, with the key's id as
/// `kid` and the claims `sub` (the account), `app`, `iat`, `exp` and `jti`. Clients demand of a token that it can stand
/// in a Sec-WebSocket-Protocol header and that its second part is plain base64, without '-' and '_'; so is the first.
///
/// Immutable; any thread may call it.
class TokenAuthority {
public:
    /// Tokens live for `life`, but no longer than k_longest_token_life.
    TokenAuthority(const TokenKeys& keys, std::chrono::seconds life);

    /// A new token with its full life, or with `life` where that is given, for what `claims` say; see is_account.
    /// Errors: Errc::invalid_value (they cannot stand in a token), Errc::internal (no memory, no randomness).
    base::Result<IssuedToken> issue(const TokenClaims& claims, base::WallTime now,
                                    std::optional<std::chrono::seconds> life = {}) const;

    /// What a token says that was signed with one of the keys and is valid at `now`. One that names its key must be of
    /// that key. What is not signed so is refused without an allocation, in a time that does not tell what is wrong.
    /// Errors: Errc::unauthorized, in all other cases alike.
    base::Result<TokenClaims> verify(std::string_view token, base::WallTime now) const;

private:
    struct NamedKey {
        TokenKey key{};
        std::string id;
    };

    const NamedKey* signer_of(std::string_view token) const;

    std::vector<NamedKey> keys_;  // the current one first
    std::chrono::seconds life_;
};

}  // namespace earshot::app
