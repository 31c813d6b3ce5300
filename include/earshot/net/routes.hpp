#pragma once

#include "earshot/net/server.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace earshot::net {

/// Who may use a route.
enum class Access : std::uint8_t {
    open,   ///< anybody
    token,  ///< who carries a valid token; others are answered 401 before their body is read
};

/// A status that a route answers with, and the schema of the body that comes with it.
struct RouteResponse {
    unsigned status = 200;
    std::string_view schema;  ///< one of route_schemas(); empty: there is no body, or it is no JSON
};

/// A parameter that a route takes in its query.
struct RouteParameter {
    std::string_view name;
    std::string_view type;  ///< as JSON Schema has it: "string", "integer", "boolean"
    std::string_view summary;
    int least = 0;  ///< of an integer
};

/// What a route is, for documentation and metrics. What every route may answer (400 for what is no HTTP, 401 where it
/// asks for a token, 408, 413 where it takes a body, 431, 500, 503) is not named in `responses`.
struct RouteInfo {
    std::string_view method;  ///< "GET", "POST", …; who may GET may ask for the HEAD
    std::string_view path;    ///< "{…}" stands for any one segment; several may
    std::string_view name;    ///< for metrics; several routes may share one
    Access access = Access::open;
    std::string_view summary;                                        ///< a sentence without its full stop
    std::string_view request;                                        ///< schema of the body; empty: none is read
    std::span<const RouteResponse> responses;                        ///< the successful one first
    std::span<const RouteParameter> parameters = {};                 ///< of the query
    std::size_t HttpLimits::* body_limit = &HttpLimits::body_bytes;  ///< what bounds the body; beyond it: 413
};

/// Every route that there is. Lives as long as the program.
std::span<const RouteInfo> routes() noexcept;

/// The schemas that routes name: a JSON object, schemas (OpenAPI 3.1) by name.
std::string_view route_schemas() noexcept;

}  // namespace earshot::net
