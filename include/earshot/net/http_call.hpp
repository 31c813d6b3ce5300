#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace earshot::net {

/// What an HTTP request is answered with.
struct HttpAnswer {
    unsigned status = 200;
    std::string body;
    std::string content_type = "application/json";
    std::optional<std::chrono::seconds> retry_after = {};
};

/// A request that a route answers: what of it a handler may need.
struct HttpCall {
    std::string method;            ///< "GET", "POST", …; "GET" also for a HEAD
    std::vector<std::string> ids;  ///< what stands in the place of each "{…}" of the route's path, decoded
    std::string query;             ///< as sent, without the question mark
    std::string body;
    std::string account;                       ///< of the token; empty where the route asks for none
    std::optional<std::size_t> trackers = {};  ///< as of net::Caller
    std::string client;                        ///< the address that the request came from, without port
};

/// Takes the answer of a call: exactly once, from any thread, at once or later. It may outlive the client's connection
/// and the server; what comes then goes nowhere. Of several answers the first holds, and one that was let go unanswered
/// is a 500.
using HttpDone = std::function<void(HttpAnswer)>;

}  // namespace earshot::net
