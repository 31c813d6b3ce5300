#pragma once

#include "earshot/base/error.hpp"
#include "earshot/net/server_hooks.hpp"
#include "earshot/session/actions.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace earshot::net {

struct ServerShared;

using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;

/// A request answered by HTTP.
struct HttpReply {
    std::string_view route = "none";  ///< its name, for metrics
    HttpAnswer answer;
    std::string allow;          ///< methods, where another was used
    bool asks_upgrade = false;  ///< only as a WebSocket is this route of use
};

/// A request that becomes a publisher's or a subscriber's socket.
struct SocketRequest {
    std::string_view route;
    std::string connection_id;
    std::string account;
    std::string subprotocol;                            ///< to be told that it is spoken; empty: none
    std::optional<session::Subscription> subscription;  ///< of a subscriber
};

/// One line of the route table.
struct HttpRoute {
    enum class Kind : std::uint8_t { http, publisher, subscriber };

    boost::beast::http::verb method;
    std::string_view path;  ///< "{id}" stands for any segment
    std::string_view name;  ///< for metrics
    Kind kind = Kind::http;
    HttpAnswer (*handler)(ServerShared&, const HttpRequest&) = nullptr;
};

/// Every route that there is.
std::span<const HttpRoute> http_routes() noexcept;

/// Says what becomes of a request. Any thread.
std::variant<HttpReply, SocketRequest> route_request(ServerShared& server, const HttpRequest& request);

/// The tokens that a request carries: `Authorization: Bearer`, `x-api-key`, `access_token` in the query, and the
/// subprotocols it offers.
std::vector<std::string> tokens_of(const HttpRequest& request, std::string_view query);

/// The reply to a request that could not be read.
HttpReply refuse_request(unsigned status, std::string_view message);

/// What follows an answer on its connection.
enum class AfterReply : std::uint8_t { keep_alive, close };

/// The bytes of a reply to a request of `method` and HTTP `version` (10 or 11).
std::string write_reply(const HttpReply& reply, boost::beast::http::verb method, unsigned version, AfterReply after);

}  // namespace earshot::net
