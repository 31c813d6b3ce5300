#include "http_router.hpp"

#include "earshot/proto/server_codec.hpp"

#include "http_target.hpp"
#include "shard.hpp"

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace earshot::net {
namespace {

namespace http = boost::beast::http;
using http::verb;

constexpr std::string_view k_bad_token = "Token validation failed for provided token.";

HttpAnswer health(ServerShared&, const HttpRequest&) {
    return {200, R"({"status":"ok"})", "application/json"};
}

HttpAnswer readiness(ServerShared& server, const HttpRequest&) {
    if (server.is_draining) return {503, proto::rest_error("The server is shutting down."), "application/json"};
    if (!server.hooks.is_ready()) return {503, proto::rest_error("The server is not ready."), "application/json"};
    return {200, R"({"status":"ready"})", "application/json"};
}

HttpAnswer metrics(ServerShared& server, const HttpRequest&) {
    return {200, server.hooks.metrics_text(), "text/plain; version=0.0.4; charset=utf-8"};
}

HttpAnswer token(ServerShared& server, const HttpRequest& request) {
    return server.hooks.issue_token(request.body());
}

using Kind = HttpRoute::Kind;
constexpr std::array k_routes{
    HttpRoute{verb::get, "/healthz", "healthz", Kind::http, &health},
    HttpRoute{verb::get, "/readyz", "readyz", Kind::http, &readiness},
    HttpRoute{verb::get, "/metrics", "metrics", Kind::http, &metrics},
    HttpRoute{verb::post, "/oauth2/token:generate", "token", Kind::http, &token},
    HttpRoute{verb::get, "/v1/streaming/{id}", "streaming", Kind::publisher, nullptr},
    HttpRoute{verb::get, "/v1/realtime/insights/{id}", "streaming", Kind::publisher, nullptr},
    HttpRoute{verb::get, "/v1/subscribe/{id}", "subscribe", Kind::subscriber, nullptr},
    HttpRoute{verb::get, "/session/subscribe/{id}", "subscribe", Kind::subscriber, nullptr},
};

/// Whether `path` of a route fits; `id` becomes the segment that stands for "{id}".
bool fits(std::string_view path, const std::vector<std::string>& segments, std::string& id) {
    std::size_t count = 0;
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const std::string_view part = path.substr(0, path.find('/'));
        path.remove_prefix(part.size());
        if (count == segments.size()) return false;
        const std::string& segment = segments[count++];
        if (part == "{id}") {
            id = segment;
        } else if (part != segment) {
            return false;
        }
    }
    return count == segments.size();
}

HttpReply reply_error(std::string_view route, unsigned status, std::string_view message) {
    HttpReply reply;
    reply.route = route;
    reply.answer = {status, proto::rest_error(message), "application/json"};
    return reply;
}

std::string methods_of(const std::vector<const HttpRoute*>& routes) {
    std::string methods;
    for (const HttpRoute* route : routes) {
        methods += std::string(http::to_string(route->method)) + ", ";
        if (route->method == verb::get && route->kind == Kind::http) methods += "HEAD, ";
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

std::variant<HttpReply, SocketRequest> route_socket(ServerShared& server, const HttpRequest& request,
                                                    const HttpRoute& route, std::string_view query, std::string id) {
    const std::size_t limit = server.options.http.connection_id_bytes;
    if (id.size() > limit) {
        return reply_error(route.name, 400, "The connection id is over " + std::to_string(limit) + " bytes.");
    }
    if (!boost::beast::websocket::is_upgrade(request)) {
        HttpReply reply = reply_error(route.name, 426, "This path is for WebSocket connections.");
        reply.asks_upgrade = true;
        return reply;
    }
    const std::vector<std::string> tokens = tokens_of(request, query);
    auto account = server.hooks.authenticate(tokens);
    if (!account) {
        server.hooks.on_refused(account.error().code);
        return reply_error(route.name, 401, k_bad_token);
    }
    std::optional<session::Subscription> subscription;
    if (route.kind == Kind::subscriber) {
        subscription = read_subscription(query);
        if (!subscription) return reply_error(route.name, 400, "\"resumeFrom\" must be a sequence number.");
    }
    return SocketRequest{route.name, std::move(id), std::move(account.value()), first_subprotocol(request),
                         subscription};
}

}  // namespace

std::span<const HttpRoute> http_routes() noexcept {
    return k_routes;
}

std::variant<HttpReply, SocketRequest> route_request(ServerShared& server, const HttpRequest& request) {
    const auto target = parse_target(request.target());
    if (!target) return reply_error("none", 400, "The request's path cannot be read.");

    std::string id;
    std::vector<const HttpRoute*> routes;
    for (const HttpRoute& route : k_routes) {
        if (fits(route.path, target->segments, id)) routes.push_back(&route);
    }
    if (routes.empty()) return reply_error("none", 404, "There is nothing at this path.");
    if (request.method() == verb::options) {
        HttpReply reply;
        reply.route = routes.front()->name;
        reply.answer.status = 204;
        reply.allow = methods_of(routes);
        return reply;
    }
    const verb method = request.method() == verb::head ? verb::get : request.method();
    const auto place =
        std::find_if(routes.begin(), routes.end(), [&](const HttpRoute* route) { return route->method == method; });
    if (place == routes.end()) {
        HttpReply reply = reply_error(routes.front()->name, 405, "The path does not take this method.");
        reply.allow = methods_of(routes);
        return reply;
    }
    const HttpRoute& route = **place;
    if (route.kind != Kind::http) return route_socket(server, request, route, target->query, std::move(id));
    HttpReply reply;
    reply.route = route.name;
    reply.answer = route.handler(server, request);
    return reply;
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

HttpReply refuse_request(unsigned status, std::string_view message) {
    return reply_error("none", status, message);
}

std::string write_reply(const HttpReply& reply, verb method, unsigned version, AfterReply after) {
    const unsigned status = reply.answer.status;
    std::string out = "HTTP/1.1 " + std::to_string(status) + " ";
    out += http::obsolete_reason(static_cast<http::status>(status));
    out += "\r\nServer: earshot\r\nAccess-Control-Allow-Origin: *\r\n";
    if (method == verb::options) {
        out +=
            "Access-Control-Allow-Methods: GET, POST, PUT, PATCH, DELETE\r\n"
            "Access-Control-Allow-Headers: authorization, content-type, x-api-key\r\n"
            "Access-Control-Max-Age: 86400\r\n";
    }
    if (!reply.allow.empty()) out += "Allow: " + reply.allow + "\r\n";
    if (reply.asks_upgrade) out += "Upgrade: websocket\r\n";
    if (status == 401) out += "WWW-Authenticate: Bearer\r\n";
    if (status != 204) {
        out += "Content-Type: " + reply.answer.content_type + "\r\n";
        out += "Content-Length: " + std::to_string(reply.answer.body.size()) + "\r\n";
    }
    const bool asks_upgrade = reply.asks_upgrade;
    if (after == AfterReply::close) {
        out += asks_upgrade ? "Connection: upgrade, close\r\n" : "Connection: close\r\n";
    } else if (version < 11) {
        out += "Connection: keep-alive\r\n";
    } else if (asks_upgrade) {
        out += "Connection: upgrade\r\n";
    }
    out += "\r\n";
    if (method != verb::head && status != 204) out += reply.answer.body;
    return out;
}

}  // namespace earshot::net
