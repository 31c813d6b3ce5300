#pragma once

#include "earshot/app/rest_client.hpp"
#include "earshot/base/error.hpp"

#include <boost/json.hpp>

#include <string>
#include <string_view>

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

/// Why a request to the server at `url` did not succeed, for a person.
std::string reason_of(const base::Result<RestAnswer>& answer, const std::string& url);

}  // namespace earshot::app
