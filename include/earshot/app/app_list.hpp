#pragma once

#include "earshot/app/settings.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::app {

/// Who may fetch tokens: a program of a customer's, with its id and secret.
struct App {
    std::string id;                                  ///< 1 to 128 of A-Z a-z 0-9 . _ -
    std::string secret_hash;                         ///< see hash_secret
    std::string account;                             ///< whose trackers and conversations it uses; see is_account
    std::optional<std::size_t> trackers;             ///< that the account may store; none: as the settings say
    std::optional<std::size_t> sessions;             ///< of the account at once; none: as many as the server takes
    std::optional<std::chrono::seconds> token_life;  ///< none: as the settings say
    friend bool operator==(const App&, const App&) = default;
};

/// What was read. With problems, `apps` holds what could be read and must not be used.
struct LoadedApps {
    std::vector<App> apps;
    std::vector<SettingsProblem> problems;
};

/// Reads a YAML list of apps. Everything wrong in it is told with its line: `name` stands for the file.
LoadedApps parse_apps(const std::string& text, const std::string& name);

/// The same of a file; one that cannot be read is a problem too.
LoadedApps load_apps(const std::string& path);

/// Whether `text` can stand in a token as an account: 1 to 128 of A-Z a-z 0-9 . _ @ + -
bool is_account(std::string_view text);

/// An entry for the file: `app` with its id, hash and account, as parse_apps reads it.
std::string app_entry(const App& app);

}  // namespace earshot::app
