#pragma once

#include "earshot/session/actions.hpp"

#include "http_reply.hpp"
#include "http_routes.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace earshot::net {

using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;

/// A request that its route's handler answers, once the body is there.
struct HandlerRequest {
    const HttpRoute* route = nullptr;
    HttpCall call;               ///< but for its body
    std::size_t body_limit = 0;  ///< in bytes
};

/// A request that becomes a publisher's or a subscriber's socket.
struct SocketRequest {
    std::string_view route;
    std::string connection_id;
    std::string account;
    std::string subprotocol;                            ///< to be told that it is spoken; empty: none
    std::optional<session::Subscription> subscription;  ///< of a subscriber
};

/// Says what becomes of a request, of which the header alone is looked at. `client`: the address it came from. Any
/// thread.
std::variant<HttpReply, HandlerRequest, SocketRequest> route_request(ServerShared& server, const HttpRequest& request,
                                                                     const std::string& client);

/// The tokens that a request carries: `Authorization: Bearer`, `x-api-key`, `access_token` in the query, and the
/// subprotocols it offers.
std::vector<std::string> tokens_of(const HttpRequest& request, std::string_view query);

}  // namespace earshot::net
