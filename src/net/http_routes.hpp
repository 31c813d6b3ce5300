#pragma once

#include "earshot/net/http_call.hpp"
#include "earshot/net/routes.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace earshot::net {

struct ServerShared;

/// Answers a call: at once, or from another thread by a `done` that it keeps. Called on an I/O thread, which it must
/// not hold up; a body is there as a whole.
using HttpHandler = void (*)(ServerShared& server, HttpCall call, HttpDone done);

/// One line of the route table.
struct HttpRoute {
    enum class Kind : std::uint8_t {
        http,
        publisher,
        subscriber,
        watcher,  ///< of all conversations of the account
    };

    RouteInfo info;
    HttpHandler handler = nullptr;  ///< none for sockets
    Kind kind = Kind::http;
};

/// Every route that there is.
std::span<const HttpRoute> http_routes() noexcept;

/// The routes of one path, which differ in their methods, and what stands in the places of its "{…}".
struct RoutesOfPath {
    std::vector<const HttpRoute*> routes;
    std::vector<std::string> ids;
};

/// Finds the path that `segments` (decoded) belong to. Where several fit, it is the one with a segment of its own at
/// the first place where another has "{…}". None if there is none.
std::optional<RoutesOfPath> find_routes(std::span<const HttpRoute> table, std::span<const std::string> segments);

}  // namespace earshot::net
