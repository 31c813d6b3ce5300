#pragma once

#include "earshot/app/accounts.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace earshot::app {

/// Which apps and keys there are, from one look at the files to the next. Immutable.
class Accounts::Standing {
public:
    Standing(std::vector<App> apps, const TokenKeys& keys, const AccountsOptions& options)
        : apps_(std::move(apps)), keys_(keys), authority_(keys, options.token_life), trackers_(options.trackers) {
        for (const App& app : apps_) by_id_.emplace(app.id, &app);
        if (!apps_.empty()) any_hash_ = apps_.front().secret_hash;
    }
    Standing(const Standing&) = delete;
    Standing& operator=(const Standing&) = delete;

    const std::vector<App>& apps() const noexcept { return apps_; }
    const TokenKeys& keys() const noexcept { return keys_; }
    const TokenAuthority& authority() const noexcept { return authority_; }

    const App* find(std::string_view id) const {
        const auto found = by_id_.find(id);
        return found == by_id_.end() ? nullptr : found->second;
    }

    /// What the secret of an unknown app is checked against, so that it takes the time of a known one's.
    std::string_view any_hash() const noexcept { return any_hash_; }

    /// Whom the token's claims name; none if its app is gone, serves another account by now, or never was: what a
    /// server without apps gave to anybody is worth nothing where there are some.
    std::optional<net::Caller> caller_of(const TokenClaims& claims) const {
        if (claims.app == k_operator) return net::Caller{claims.account, trackers_of(claims.account)};
        const App* const app = find(claims.app);
        if (!app || app->account != claims.account) return std::nullopt;
        return net::Caller{claims.account, app->trackers.value_or(trackers_), app->sessions};
    }

private:
    /// For who comes by no app: as many as any app of the account may.
    std::size_t trackers_of(std::string_view account) const {
        std::optional<std::size_t> most;
        for (const App& app : apps_) {
            if (app.account == account) most = std::max(most.value_or(0), app.trackers.value_or(trackers_));
        }
        return most.value_or(trackers_);
    }

    const std::vector<App> apps_;
    const TokenKeys keys_;
    const TokenAuthority authority_;
    const std::size_t trackers_;
    std::map<std::string_view, const App*> by_id_;  // into apps_
    std::string any_hash_;
};

}  // namespace earshot::app
