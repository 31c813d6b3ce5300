#pragma once

#include "earshot/app/rest_client.hpp"
#include "earshot/base/error.hpp"

#include <boost/json.hpp>

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

// What a server's answers are to commands that print them. Any thread.
namespace earshot::app {

inline bool is_good(const RestAnswer& answer) noexcept {
    return answer.status >= 200 && answer.status < 300;
}

/// Its body; null where that is no JSON.
boost::json::value parsed(const RestAnswer& answer);

/// A text member; empty where there is none.
std::string text_of(const boost::json::object& object, std::string_view member);

/// A server's text may hold what would drive a terminal.
std::string shown(std::string text);

/// A client of the server that a command is told; none, and `err` says why: there is no such URL, or no such token.
std::optional<RestClient> client_of(const auto& options, std::ostream& err) {
    auto client = RestClient::make(options.url, options.token, options.insecure);
    if (client) return std::move(*client);
    err << "--url: " << client.error().message << '\n';
    return std::nullopt;
}

/// Why a request to the server at `url` did not succeed, for a person.
std::string reason_of(const base::Result<RestAnswer>& answer, const std::string& url);

}  // namespace earshot::app
