#pragma once

#include <string>
#include <string_view>

// The secrets by which apps fetch tokens. They are kept as hashes alone.
namespace earshot::app {

/// A secret longer than this is wrong, unread.
inline constexpr std::size_t k_longest_secret = 1024;

/// `secret` as an Argon2id string ("$argon2id$…"), with a salt of its own. Takes about 25 ms and 19 MiB. Throws
/// std::bad_alloc.
std::string hash_secret(std::string_view secret);

/// Whether `hash` was made of `secret`. Takes as long as making it did; with too little memory, false.
bool is_secret_of(std::string_view hash, std::string_view secret);

/// Whether `text` is a hash as hash_secret makes them, whatever its costs.
bool is_secret_hash(std::string_view text);

/// `size` of A-Z a-z 0-9, each as likely as any other and not to be guessed.
std::string random_alphanumeric(std::size_t size);

}  // namespace earshot::app
