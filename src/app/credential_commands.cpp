#include "earshot/app/credential_commands.hpp"

#include "earshot/app/app_list.hpp"
#include "earshot/app/secrets.hpp"
#include "earshot/app/tokens.hpp"

#include "command_settings.hpp"

#include <iostream>
#include <istream>
#include <ostream>
#include <termios.h>
#include <unistd.h>

namespace earshot::app {
namespace {

// What clients of the contract expect of an app: some look at both lengths before they send anything.
constexpr std::size_t k_id_size = 64;
constexpr std::size_t k_secret_size = 128;

/// Keeps the terminal from showing what is typed, while it lives.
class SilentTerminal {
public:
    SilentTerminal() {
        if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        is_silent_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
    }
    ~SilentTerminal() {
        if (is_silent_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    SilentTerminal(const SilentTerminal&) = delete;
    SilentTerminal& operator=(const SilentTerminal&) = delete;

private:
    termios before_{};
    bool is_silent_ = false;
};

std::string read_line(std::istream& in) {
    std::string line;
    std::getline(in, line);
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

std::optional<std::string> read_secret(std::istream& in, std::ostream& err) {
    if (&in != &std::cin || isatty(STDIN_FILENO) == 0) return read_line(in);
    const SilentTerminal silent;
    err << "secret: " << std::flush;
    std::string secret = read_line(in);
    err << "\nonce more: " << std::flush;
    const bool is_same = secret == read_line(in);
    err << '\n';
    if (!is_same) return std::nullopt;
    return secret;
}

/// The settings with the directory that the options name; none, and told, if they are wrong.
std::optional<Settings> settings_of(const TokenOptions& options, std::ostream& err) {
    std::vector<NamedValue> flags;
    if (!options.data_directory.empty()) flags.push_back({"data.directory", options.data_directory});
    return read_command_settings(options.config_file, flags, err);
}

}  // namespace

int print_secret_hash(std::istream& in, std::ostream& out, std::ostream& err) {
    const auto secret = read_secret(in, err);
    if (!secret || secret->empty() || secret->size() > k_longest_secret) {
        err << "secret: "
            << (!secret           ? "the two are not the same"
                : secret->empty() ? "it is empty"
                                  : "it is over 1024 bytes")
            << '\n';
        return 2;
    }
    out << hash_secret(*secret) << '\n';
    return 0;
}

int make_app(const std::string& account, std::ostream& out, std::ostream& err) {
    if (!is_account(account)) {
        err << "--account: must be 1 to 128 of A-Z a-z 0-9 . _ @ + -\n";
        return 2;
    }
    App app;
    app.id = random_alphanumeric(k_id_size);
    app.account = account;
    const std::string secret = random_alphanumeric(k_secret_size);
    app.secret_hash = hash_secret(secret);
    out << app_entry(app);
    err << "appId: " << app.id << "\nappSecret: " << secret << "\nThe secret is shown this once.\n";
    return 0;
}

int print_token(const TokenOptions& options, base::WallTime now, std::ostream& out, std::ostream& err) {
    const auto settings = settings_of(options, err);
    if (!settings) return 2;
    const auto keys = load_token_keys(settings->data.directory);
    if (!keys) {
        err << keys.error().message << '\n';
        return 1;
    }
    const TokenAuthority authority(*keys, settings->auth.token_life);
    const auto issued = authority.issue({options.account, std::string(k_operator)}, now, options.life);
    if (!issued) {
        err << "token: " << issued.error().message << '\n';
        return issued.error().code == base::Errc::invalid_value ? 2 : 1;
    }
    out << issued->token << '\n';
    return 0;
}

int rotate_key(const TokenOptions& options, std::ostream& out, std::ostream& err) {
    const auto settings = settings_of(options, err);
    if (!settings) return 2;
    const auto rotated = rotate_token_key(settings->data.directory);
    const auto keys = rotated ? load_token_keys(settings->data.directory) : rotated.error();
    if (!keys) {
        err << keys.error().message << '\n';
        return 1;
    }
    out << key_id(keys->current) << '\n';
    return 0;
}

}  // namespace earshot::app
