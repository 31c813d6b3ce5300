#pragma once

#include "earshot/base/error.hpp"
#include "earshot/base/time.hpp"

#include <array>
#include <chrono>
#include <string>
#include <string_view>

namespace earshot::app {

/// Clients set a timer from a token's life; one beyond 24.8 days overflows it and makes them spin.
inline constexpr std::chrono::seconds k_longest_token_life = std::chrono::hours(24 * 24);

/// The secret that signs tokens.
using TokenKey = std::array<unsigned char, 32>;

/// Reads the key that is kept in `directory` as "token.key", or makes one, readable for its owner alone, and the
/// directory before it where there is none. Of several servers that begin at once, all get the same key.
/// Errors: Errc::io_failed, also where the file has another size or others may read or write it. The message does not
/// name the file.
base::Result<TokenKey> load_token_key(const std::string& directory);

struct IssuedToken {
    std::string token;
    std::chrono::seconds expires_in{};
};

/// Issues and checks the tokens that clients show: JSON Web Tokens signed by HMAC with SHA-256 and the claims `sub`
/// (the account), `iat`, `exp` and `jti`. Clients demand of a token that it can stand in a Sec-WebSocket-Protocol
/// header and that its second part is plain base64, without '-' and '_'.
///
/// Immutable; any thread may call it.
class TokenAuthority {
public:
    /// Tokens live for `life`, but no longer than k_longest_token_life.
    TokenAuthority(const TokenKey& key, std::chrono::seconds life);

    /// A new token with its full life for `account` (1 to 128 of A-Z a-z 0-9 . _ @ + -).
    /// Errors: Errc::invalid_value (another account), Errc::internal (no memory, no randomness).
    base::Result<IssuedToken> issue(std::string_view account, base::WallTime now) const;

    /// The account of a token that this or another authority with the same key issued and that has not expired.
    /// Errors: Errc::unauthorized, in all other cases alike.
    base::Result<std::string> verify(std::string_view token, base::WallTime now) const;

private:
    TokenKey key_;
    std::chrono::seconds life_;
};

}  // namespace earshot::app
