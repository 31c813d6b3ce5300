#include "http_router.hpp"

#include "http_target.hpp"
#include "shard.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

namespace earshot::net {
namespace {

namespace http = boost::beast::http;
using http::verb;

using Kind = HttpRoute::Kind;

constexpr std::string_view k_bad_token = "Token validation failed for provided token.";

/// After how long it is worth asking again, where nobody knows better.
constexpr std::chrono::seconds k_retry(1);

std::string methods_of(const std::vector<const HttpRoute*>& routes) {
    std::string methods;
    for (const HttpRoute* route : routes) {
        methods += std::string(route->info.method) + ", ";
        if (route->info.method == "GET" && route->kind == Kind::http) methods += "HEAD, ";
    }
    return methods + "OPTIONS";
}

std::string first_subprotocol(const HttpRequest& request) {
    const std::string_view offered = request[http::field::sec_websocket_protocol];
    std::string_view first = offered.substr(0, offered.find(','));
    while (first.starts_with(' ') || first.starts_with('\t')) first.remove_prefix(1);
    while (first.ends_with(' ') || first.ends_with('\t')) first.remove_suffix(1);
    return std::string(first);
}

/// What a subscriber's query asks for; none if it cannot be read.
std::optional<session::Subscription> read_subscription(std::string_view query) {
    session::Subscription subscription;
    if (const auto from = query_value(query, "resumeFrom"); from && !from->empty()) {
        std::uint64_t sequence = 0;
        const char* const end = from->data() + from->size();
        const auto [rest, error] = std::from_chars(from->data(), end, sequence);
        if (error != std::errc{} || rest != end) return std::nullopt;
        subscription.resume_from = sequence;
    }
    const auto revisions = query_value(query, "revisions");
    subscription.wishes.revisions = revisions && boost::beast::iequals(*revisions, "true");
    return subscription;
}

/// The same where the path names no conversation: to all of the account, if the query says so.
std::optional<session::Subscription> read_account_subscription(std::string_view query) {
    const auto account = query_value(query, "account");
    if (!account || !boost::beast::iequals(*account, "true")) return std::nullopt;
    session::Subscription subscription;
    subscription.of_account = true;
    subscription.trackers = query_values(query, "tracker");
    return subscription;
}

/// Whose request it is, or how it is refused.
std::variant<HttpReply, Caller> check_caller(ServerShared& server, const HttpRequest& request, const RouteInfo& route,
                                             std::string_view query, const std::string& client) {
    if (route.access == Access::open) return Caller{};
    const std::vector<std::string> tokens = tokens_of(request, query);
    auto caller = server.hooks.authenticate(tokens, client);
    if (caller) return std::move(caller.value());
    server.hooks.on_refused(caller.error().code);
    if (caller.error().code == base::Errc::unauthorized) return error_reply(route.name, 401, k_bad_token);
    HttpReply reply = error_reply(route.name, 503, caller.error().message);
    reply.answer.retry_after = k_retry;
    return reply;
}

std::variant<HttpReply, HandlerRequest, SocketRequest> route_socket(ServerShared& server, const HttpRequest& request,
                                                                    const HttpRoute& route, std::string_view query,
                                                                    std::string id, const std::string& client) {
    const std::string_view name = route.info.name;
    const std::size_t limit = server.options.http.connection_id_bytes;
    if (id.size() > limit) {
        return error_reply(name, 400, "The connection id is over " + std::to_string(limit) + " bytes.");
    }
    if (!boost::beast::websocket::is_upgrade(request)) {
        HttpReply reply = error_reply(name, 426, "This path is for WebSocket connections.");
        reply.asks_upgrade = true;
        return reply;
    }
    auto checked = check_caller(server, request, route.info, query, client);
    if (auto* refused = std::get_if<HttpReply>(&checked)) return std::move(*refused);
    std::optional<session::Subscription> subscription;
    if (route.kind == Kind::watcher) {
        subscription = read_account_subscription(query);
        if (!subscription) return error_reply(name, 400, "The path must name a connection id, or \"account\" be true.");
    } else if (route.kind == Kind::subscriber) {
        subscription = read_subscription(query);
        if (!subscription) return error_reply(name, 400, "\"resumeFrom\" must be a sequence number.");
    }
    Caller& caller = std::get<Caller>(checked);
    return SocketRequest{
        name, std::move(id), std::move(caller.account), caller.sessions, first_subprotocol(request), subscription};
}

/// The answer to a request whose method is none of its path's.
HttpReply other_method(const RoutesOfPath& path, verb method) {
    HttpReply reply;
    if (method != verb::options) {
        reply = error_reply({}, 405, "The path does not take this method.");
    } else {
        reply.answer.status = 204;
    }
    reply.route = path.routes.front()->info.name;
    reply.allow = methods_of(path.routes);
    return reply;
}

}  // namespace

std::variant<HttpReply, HandlerRequest, SocketRequest> route_request(ServerShared& server, const HttpRequest& request,
                                                                     const std::string& client) {
    const auto target = parse_target(request.target());
    if (!target) return error_reply("none", 400, "The request's path cannot be read.");
    auto path = find_routes(http_routes(), target->segments);
    if (!path) return error_reply("none", 404, "There is nothing at this path.");

    const std::string_view method = request.method() == verb::head ? "GET" : std::string_view(request.method_string());
    const auto place = std::find_if(path->routes.begin(), path->routes.end(),
                                    [&](const HttpRoute* route) { return route->info.method == method; });
    if (place == path->routes.end()) return other_method(*path, request.method());
    const HttpRoute& route = **place;
    if (route.kind != Kind::http) {
        return route_socket(server, request, route, target->query,
                            path->ids.empty() ? std::string() : path->ids.front(), client);
    }
    auto checked = check_caller(server, request, route.info, target->query, client);
    if (auto* refused = std::get_if<HttpReply>(&checked)) return std::move(*refused);
    HandlerRequest accepted{&route, {}, server.options.http.*route.info.body_limit};
    accepted.call.method = method;
    accepted.call.ids = std::move(path->ids);
    accepted.call.query = target->query;
    Caller& caller = std::get<Caller>(checked);
    accepted.call.account = std::move(caller.account);
    accepted.call.trackers = caller.trackers;
    accepted.call.client = client;
    return accepted;
}

std::vector<std::string> tokens_of(const HttpRequest& request, std::string_view query) {
    std::vector<std::string> tokens;
    const std::string_view authorization = request[http::field::authorization];
    constexpr std::string_view k_bearer = "bearer ";
    if (boost::beast::iequals(authorization.substr(0, k_bearer.size()), k_bearer)) {
        std::string_view token = authorization.substr(k_bearer.size());
        while (token.starts_with(' ')) token.remove_prefix(1);
        tokens.emplace_back(token);
    }
    const auto [begin, end] = request.equal_range("x-api-key");
    for (auto header = begin; header != end; ++header) tokens.emplace_back(header->value());
    if (auto token = query_value(query, "access_token")) tokens.push_back(std::move(*token));
    for (const auto& offered : http::token_list{request[http::field::sec_websocket_protocol]}) {
        tokens.emplace_back(offered);
    }
    std::erase_if(tokens, [](const std::string& token) { return token.empty(); });
    return tokens;
}

}  // namespace earshot::net
