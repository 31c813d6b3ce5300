#pragma once

#include "earshot/base/time.hpp"

#include <chrono>
#include <iosfwd>
#include <optional>
#include <string>

namespace earshot::app {

/// `earshot secret hash`: reads a secret from `in` (its first line) and prints its hash to `out`. On a terminal it
/// asks, twice and without showing what is typed. Returns 0; 2 if there is no secret that could be one.
int print_secret_hash(std::istream& in, std::ostream& out, std::ostream& err);

/// `earshot secret new`: makes an app id and a secret for `account`. The entry for the apps file goes to `out`, id and
/// secret, which are shown this once, to `err`. Returns 0; 2 if there can be no such account.
int make_app(const std::string& account, std::ostream& out, std::ostream& err);

struct TokenOptions {
    std::string config_file;     ///< empty: configs/earshot.yaml, if it is there
    std::string data_directory;  ///< empty: as the settings say
    std::string account = "default";
    std::optional<std::chrono::seconds> life;  ///< none: as the settings say
};

/// `earshot token`: prints a token made at `now` with the key that is kept here, for operators' own clients. Returns 0;
/// 1 if the key is not usable, 2 for wrong settings or no such account.
int print_token(const TokenOptions& options, base::WallTime now, std::ostream& out, std::ostream& err);

/// `earshot token rotate-key`. Returns as print_token.
int rotate_key(const TokenOptions& options, std::ostream& out, std::ostream& err);

}  // namespace earshot::app
