#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::net {

/// A request's target, cut at its slashes.
struct HttpTarget {
    std::vector<std::string> segments;  ///< decoded; empty ones are left out, so that "//a/b/" is "/a/b"
    std::string query;                  ///< as it came, without the question mark
    friend bool operator==(const HttpTarget&, const HttpTarget&) = default;
};

/// Reads "/path?query" or "http://host/path?query". None if it is neither, or a per cent sign is not followed by two
/// hex digits.
std::optional<HttpTarget> parse_target(std::string_view target);

/// The value of the first `name` in a query as it came; none if it is absent.
std::optional<std::string_view> raw_query_value(std::string_view query, std::string_view name);

/// The decoded values of all that are called `name`, but for those that are not decodable.
std::vector<std::string> query_values(std::string_view query, std::string_view name);

/// The decoded value of the first `name` in a query; none if it is absent or not decodable.
std::optional<std::string> query_value(std::string_view query, std::string_view name);

}  // namespace earshot::net
