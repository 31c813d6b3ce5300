#include "http_routes.hpp"

#include "earshot/proto/server_codec.hpp"

#include "rest/conversation_routes.hpp"
#include "rest/management_routes.hpp"
#include "rest/processing_routes.hpp"
#include "shard.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace earshot::net {
namespace {

void health(ServerShared&, HttpCall, HttpDone done) {
    done({200, R"({"status":"ok"})"});
}

void readiness(ServerShared& server, HttpCall, HttpDone done) {
    if (server.is_draining) return done({503, proto::rest_error("The server is shutting down.")});
    if (!server.hooks.is_ready()) return done({503, proto::rest_error("The server is not ready.")});
    if (server.keeper && !server.keeper->is_keeping()) {
        return done({200, R"({"status":"ready","conversations":"lost"})"});  // calls are heard all the same
    }
    done({200, R"({"status":"ready"})"});
}

void metrics(ServerShared& server, HttpCall, HttpDone done) {
    done({200, server.hooks.metrics_text(), "text/plain; version=0.0.4; charset=utf-8"});
}

void token(ServerShared& server, HttpCall call, HttpDone done) {
    server.hooks.issue_token({std::move(call.body), std::move(call.client)}, std::move(done));
}

constexpr std::array k_health_responses{RouteResponse{200, "Status"}};
constexpr std::array k_readiness_responses{RouteResponse{200, "Status"}, RouteResponse{503, "Error"}};
constexpr std::array k_metrics_responses{RouteResponse{200, ""}};
constexpr std::array k_token_responses{RouteResponse{200, "Token"}, RouteResponse{400, "Error"},
                                       RouteResponse{401, "Error"}, RouteResponse{429, "Error"}};
constexpr std::array k_publisher_responses{RouteResponse{101, ""}, RouteResponse{400, "Error"},
                                           RouteResponse{426, "Error"}};
constexpr auto k_subscriber_responses = k_publisher_responses;
constexpr std::array k_subscriber_parameters{
    RouteParameter{"resumeFrom", "integer", "Final responses after this sequence number are told again"},
    RouteParameter{"revisions", "boolean", "Whether each step in a hit's life is told"},
};

constexpr std::array k_watcher_parameters{
    RouteParameter{"account", "boolean", "Must be true"},
    RouteParameter{"tracker", "string", "A tracker's name or id: only its hits; may come several times"},
};

using Kind = HttpRoute::Kind;

/// Those of one path stand together.
constexpr std::array k_own_routes{
    HttpRoute{{"GET", "/healthz", "healthz", Access::open, "Whether the server is alive", "", k_health_responses},
              &health},
    HttpRoute{
        {"GET", "/readyz", "readyz", Access::open, "Whether the server takes new calls", "", k_readiness_responses},
        &readiness},
    HttpRoute{
        {"GET", "/metrics", "metrics", Access::open, "What the server does, for Prometheus", "", k_metrics_responses},
        &metrics},
    HttpRoute{{"POST", "/oauth2/token:generate", "token", Access::open,
               "Gives a token for an application's credentials", "TokenRequest", k_token_responses},
              &token},
    HttpRoute{{"GET", "/v1/streaming/{connectionId}", "streaming", Access::token,
               "A publisher's socket of the conversation", "", k_publisher_responses},
              nullptr,
              Kind::publisher},
    HttpRoute{{"GET", "/v1/realtime/insights/{connectionId}", "streaming", Access::token,
               "A publisher's socket, by its older name", "", k_publisher_responses},
              nullptr,
              Kind::publisher},
    HttpRoute{{"GET", "/v1/subscribe/{connectionId}", "subscribe", Access::token,
               "A socket that listens to the conversation", "", k_subscriber_responses, k_subscriber_parameters},
              nullptr,
              Kind::subscriber},
    HttpRoute{
        {"GET", "/v1/subscribe", "subscribe", Access::token,
         "A socket that listens to all conversations of the account", "", k_subscriber_responses, k_watcher_parameters},
        nullptr,
        Kind::watcher},
    HttpRoute{{"GET", "/session/subscribe/{connectionId}", "subscribe", Access::token,
               "A socket that listens, by its other name", "", k_subscriber_responses, k_subscriber_parameters},
              nullptr,
              Kind::subscriber},
};

constexpr auto k_routes = [] {
    std::array<HttpRoute, k_own_routes.size() + k_management_routes.size() + k_conversation_routes.size() +
                              k_processing_routes.size()>
        all;
    auto next = std::copy(k_own_routes.begin(), k_own_routes.end(), all.begin());
    next = std::copy(k_management_routes.begin(), k_management_routes.end(), next);
    next = std::copy(k_conversation_routes.begin(), k_conversation_routes.end(), next);
    std::copy(k_processing_routes.begin(), k_processing_routes.end(), next);
    return all;
}();

constexpr auto k_infos = [] {
    std::array<RouteInfo, k_routes.size()> infos;
    for (std::size_t i = 0; i < infos.size(); ++i) infos[i] = k_routes[i].info;
    return infos;
}();

constexpr std::size_t k_most_segments = 32;

/// How well a route's path fits: a bit for each segment, the first one's the highest, set where the path names the
/// segment. `ids` becomes what stands in the other places.
std::optional<std::uint32_t> fit(std::string_view path, std::span<const std::string> segments,
                                 std::vector<std::string>& ids) {
    std::uint32_t named = 0;
    std::size_t count = 0;
    ids.clear();
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const std::string_view part = path.substr(0, path.find('/'));
        path.remove_prefix(part.size());
        if (count == segments.size()) return std::nullopt;
        const std::string& segment = segments[count++];
        named <<= 1;
        if (part.starts_with('{')) {
            ids.push_back(segment);
        } else if (part == segment) {
            named |= 1;
        } else {
            return std::nullopt;
        }
    }
    if (count != segments.size()) return std::nullopt;
    return named;
}

}  // namespace

std::span<const HttpRoute> http_routes() noexcept {
    return k_routes;
}

std::span<const RouteInfo> routes() noexcept {
    return k_infos;
}

std::optional<RoutesOfPath> find_routes(std::span<const HttpRoute> table, std::span<const std::string> segments) {
    if (segments.size() > k_most_segments) return std::nullopt;
    std::optional<RoutesOfPath> found;
    std::uint32_t best = 0;
    std::vector<std::string> ids;
    for (const HttpRoute& route : table) {
        const auto named = fit(route.info.path, segments, ids);
        if (!named || (found && *named < best)) continue;
        if (!found || *named > best) found.emplace(RoutesOfPath{{}, ids});
        best = *named;
        found->routes.push_back(&route);
    }
    return found;
}

}  // namespace earshot::net
