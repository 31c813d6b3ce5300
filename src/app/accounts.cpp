#include "earshot/app/accounts.hpp"

#include "earshot/app/secrets.hpp"
#include "earshot/app/tracker_file.hpp"
#include "earshot/proto/json_writer.hpp"
#include "earshot/proto/server_codec.hpp"

#include "known_secrets.hpp"
#include "standing.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace earshot::app {
namespace {

using base::Errc;
using base::Error;

constexpr std::string_view k_open_account = "default";
constexpr std::size_t k_longest_body = 16 * 1024;
constexpr std::size_t k_problems_told = 20;

net::HttpAnswer refusal(unsigned status, std::string_view message,
                        std::optional<std::chrono::seconds> retry_after = {}) {
    net::HttpAnswer answer;
    answer.status = status;
    answer.body = proto::rest_error(message);
    answer.retry_after = retry_after;
    return answer;
}

net::HttpAnswer too_often(base::Duration wait) {
    return refusal(429, "Too many failed tries.", std::chrono::ceil<std::chrono::seconds>(wait));
}

net::HttpAnswer answer_with(const base::Result<IssuedToken>& issued) {
    if (!issued) return refusal(500, issued.error().message);
    net::HttpAnswer answer;
    proto::JsonWriter json(answer.body);
    json.begin_object().member("accessToken", issued->token);
    json.member("expiresIn", static_cast<std::int64_t>(issued->expires_in.count())).end_object();
    return answer;
}

net::HttpAnswer hand_out(const TokenAuthority& authority, const App& app, base::WallTime now) {
    return answer_with(authority.issue({app.account, app.id}, now, app.token_life));
}

}  // namespace

AccountsOptions accounts_options(const Settings& settings) {
    return {settings.auth.apps_file,  settings.data.directory,     settings.auth.token_life,
            settings.manage.trackers, settings.auth.secret_checks, settings.auth.slowed_addresses};
}

Accounts::Accounts(AccountsOptions options, std::vector<App> apps, const TokenKeys& keys, Logger logger)
    : options_(std::move(options)),
      logger_(std::move(logger)),
      wrong_secrets_(options_.slowed_addresses),
      known_secrets_(std::make_unique<KnownSecrets>()),
      standing_(std::make_shared<const Standing>(std::move(apps), keys, options_)),
      checks_(1, options_.secret_checks + 1) {}  // one more for a look

Accounts::~Accounts() = default;

base::Result<net::Caller> Accounts::authenticate(std::span<const std::string> tokens, const base::Now& now) {
    if (is_open()) return net::Caller{std::string(k_open_account), options_.trackers};
    look_if_due(now.monotonic);
    const auto current = standing();
    for (const std::string& token : tokens.first(std::min(tokens.size(), k_tokens))) {
        const auto claims = current->authority().verify(token, now.wall);
        if (!claims) continue;
        if (auto caller = current->caller_of(*claims)) return std::move(*caller);
    }
    return Error{Errc::unauthorized, "Token validation failed for provided token.", {}, {}};
}

base::Result<Accounts::Wish> Accounts::read_wish(std::string_view body) {
    const auto malformed = [](std::string message) { return Error{Errc::invalid_value, std::move(message), {}, {}}; };
    if (body.size() > k_longest_body) return malformed("the body is too long");
    boost::system::error_code failure;
    const boost::json::value parsed = boost::json::parse(boost::json::string_view(body.data(), body.size()), failure);
    const boost::json::object* const object = failure ? nullptr : parsed.if_object();
    if (!object) return malformed("the body must be a JSON object");
    const auto text_of = [object](const char* member) {
        const boost::json::value* const value = object->if_contains(member);
        const boost::json::string* const text = value ? value->if_string() : nullptr;
        return text ? std::string(text->data(), text->size()) : std::string();
    };
    Wish wish{text_of("appId"), text_of("appSecret")};
    if (wish.app.empty()) return malformed("\"appId\" must be a string");
    if (wish.secret.empty()) return malformed("\"appSecret\" must be a string");
    if (object->contains("type") && text_of("type") != "application") {
        return malformed("\"type\" must be \"application\"");
    }
    return wish;
}

void Accounts::issue_token(net::TokenRequest request, const base::Now& now, net::HttpDone done) {
    look_if_due(now.monotonic);
    const auto wish = read_wish(request.body);
    if (!wish) return done(refusal(400, wish.error().message));
    const auto current = standing();
    if (is_open()) return done(answer_with(current->authority().issue({std::string(k_open_account), {}}, now.wall)));
    if (const auto wait = wrong_secrets_.wait(request.client, now.monotonic); wait > wait.zero()) {
        return done(too_often(wait));
    }
    const App* const app = current->find(wish->app);
    if (app && known_secrets_->is_known(app->secret_hash, wish->secret)) {
        wrong_secrets_.forgive(request.client);
        return done(hand_out(current->authority(), *app, now.wall));
    }
    const bool is_taken = checks_.post(
        [this, wish = *wish, client = std::move(request.client), now, done] { check(wish, client, now, done); });
    if (!is_taken) done(refusal(503, "Too many requests at once.", std::chrono::seconds(1)));
}

void Accounts::check(const Wish& wish, const std::string& client, const base::Now& now, const net::HttpDone& done) {
    // Others of this client that came at the same time may have failed meanwhile.
    if (const auto wait = wrong_secrets_.wait(client, now.monotonic); wait > wait.zero()) {
        return done(too_often(wait));
    }
    const auto current = standing();
    const App* const app = current->find(wish.app);
    const bool is_right = is_secret_of(app ? app->secret_hash : current->any_hash(), wish.secret);
    if (!app || !is_right) {
        wrong_secrets_.add(client, now.monotonic);
        logger_.warn("wrong app id or secret", {{"client", client}, {"knownApp", app != nullptr}});
        return done(refusal(401, "The appId or appSecret is wrong."));
    }
    wrong_secrets_.forgive(client);
    known_secrets_->remember(app->secret_hash, wish.secret);
    done(hand_out(current->authority(), *app, now.wall));
}

std::shared_ptr<const Accounts::Standing> Accounts::standing() const {
    const std::lock_guard lock(mutex_);
    return standing_;
}

void Accounts::look_if_due(base::MonotonicTime now) {
    base::MonotonicTime due = next_look_.load(std::memory_order_relaxed);
    if (now < due || !next_look_.compare_exchange_strong(due, now + k_look_again)) return;
    if (!checks_.post([this] { look(); })) {
        // So many secrets wait that there is no room; the next one to ask tries again.
        next_look_.store(now);
    }
}

void Accounts::look() {
    const auto before = standing();
    auto apps = look_at_apps(*before);
    const TokenKeys keys = look_at_keys(*before);
    if (apps == before->apps() && keys == before->keys()) return;
    auto after = std::make_shared<const Standing>(std::move(apps), keys, options_);
    known_secrets_->clear();
    const std::lock_guard lock(mutex_);
    standing_ = std::move(after);
}

std::vector<App> Accounts::look_at_apps(const Standing& before) {
    if (is_open()) return before.apps();
    const auto text = read_file(options_.apps_file);
    std::string seen = text ? *text : text.error().message;
    if (seen == std::exchange(apps_seen_, seen)) return before.apps();
    LoadedApps loaded =
        text ? parse_apps(*text, options_.apps_file) : LoadedApps{{}, {{options_.apps_file, text.error().message}}};
    for (std::size_t i = 0; i < std::min(loaded.problems.size(), k_problems_told); ++i) {
        logger_.error("the apps file is not usable; those read before stay",
                      {{"where", loaded.problems[i].where}, {"problem", loaded.problems[i].message}});
    }
    if (!loaded.problems.empty()) return before.apps();
    if (loaded.apps != before.apps()) logger_.info("apps read anew", {{"apps", loaded.apps.size()}});
    return std::move(loaded.apps);
}

TokenKeys Accounts::look_at_keys(const Standing& before) {
    const auto keys = load_token_keys(options_.data_directory);
    const std::string problem = keys ? std::string() : keys.error().message;
    if (problem != std::exchange(keys_problem_, problem) && !keys) {
        logger_.error("the signing key is not usable; the one read before stays", {{"problem", problem}});
    }
    if (!keys) return before.keys();
    if (*keys != before.keys()) logger_.info("signing keys read anew", {{"kid", key_id(keys->current)}});
    return *keys;
}

}  // namespace earshot::app
