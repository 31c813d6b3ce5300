#pragma once

#include "earshot/app/app_list.hpp"
#include "earshot/app/failed_tries.hpp"
#include "earshot/app/logging.hpp"
#include "earshot/app/tokens.hpp"
#include "earshot/base/error.hpp"
#include "earshot/base/time.hpp"
#include "earshot/net/compute_pool.hpp"
#include "earshot/net/http_call.hpp"
#include "earshot/net/server_hooks.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::app {

struct AccountsOptions {
    std::string apps_file;       ///< empty: no credentials, everybody is the account `default`
    std::string data_directory;  ///< of the keys
    std::chrono::seconds token_life = std::chrono::hours(24);
    std::size_t trackers = 500;  ///< of an account whose app says nothing else
    std::size_t secret_checks = 16;
    std::size_t slowed_addresses = 4096;
};

AccountsOptions accounts_options(const Settings& settings);

/// Hands out tokens to apps that know their secret, and tells whose a token is. Keys and apps are read again while it
/// runs, when their files change: k_look_again after a look at the latest, if anybody asks for anything. What cannot be
/// read then is logged and leaves all as it was. An app that is gone takes its tokens with it.
///
/// Secrets are checked on a thread of its own; what waits for that is bounded. Any thread may call, none waits.
class Accounts {
public:
    static constexpr base::Duration k_look_again = std::chrono::seconds(3);

    Accounts(AccountsOptions options, std::vector<App> apps, const TokenKeys& keys, Logger logger);

    /// Answers all that waits.
    ~Accounts();
    Accounts(const Accounts&) = delete;
    Accounts& operator=(const Accounts&) = delete;

    /// The account of the first valid token; more than the first k_tokens are not looked at. Without an apps file,
    /// `default` whatever they are. Errors: Errc::unauthorized.
    base::Result<net::Caller> authenticate(std::span<const std::string> tokens, const base::Now& now);
    static constexpr std::size_t k_tokens = 8;

    /// Answers a request for a token: 200, 400 (it is malformed), 401 (no such app, or another secret; what of both is
    /// not told, not even by the time it takes), 429 (the client failed too often and must wait), 503 (too many secrets
    /// wait to be checked). `done` is called at once or on the thread that checks.
    void issue_token(net::TokenRequest request, const base::Now& now, net::HttpDone done);

private:
    class Standing;
    class KnownSecrets;

    struct Wish {
        std::string app;
        std::string secret;
    };
    static base::Result<Wish> read_wish(std::string_view body);

    bool is_open() const noexcept { return options_.apps_file.empty(); }
    std::shared_ptr<const Standing> standing() const;
    void look_if_due(base::MonotonicTime now);
    void check(const Wish& wish, const std::string& client, const base::Now& now, const net::HttpDone& done);

    // On the thread that checks.
    void look();
    std::vector<App> look_at_apps(const Standing& before);
    TokenKeys look_at_keys(const Standing& before);

    const AccountsOptions options_;
    const Logger logger_;
    FailedTries wrong_secrets_;
    const std::unique_ptr<KnownSecrets> known_secrets_;

    mutable std::mutex mutex_;
    std::shared_ptr<const Standing> standing_;  // guarded by the mutex; immutable itself

    std::atomic<base::MonotonicTime> next_look_{base::MonotonicTime::min()};
    std::string apps_seen_;     // the file as it was read last, or why it could not be
    std::string keys_problem_;  // that was told
    net::ComputePool checks_;   // last: its thread uses all of the above
};

}  // namespace earshot::app
