#pragma once

#include "earshot/base/error.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace earshot::app {

struct RestAnswer {
    unsigned status = 0;
    std::string body;
};

/// Asks a server for things by HTTP, one after the other, over one connection. Belongs to one thread, which it holds
/// up.
class RestClient {
public:
    /// `url`: "http://host[:port][/prefix]" or https; `token`: sent as a bearer token, empty for none;
    /// `is_insecure`: any certificate is taken.
    /// Errors: Errc::invalid_value (no such URL; a token that no header can carry).
    static base::Result<RestClient> make(const std::string& url, const std::string& token, bool is_insecure);

    RestClient(RestClient&&) noexcept;
    RestClient& operator=(RestClient&&) noexcept;
    ~RestClient();

    /// `path` begins with '/' and is encoded, perhaps with a query; `body` is JSON, empty for none. What the server
    /// answers is an answer, whatever its status. Errors: Errc::io_failed (no connection, no answer within a minute,
    /// one that is over 256 MiB).
    base::Result<RestAnswer> ask(const std::string& method, const std::string& path, std::string_view body = {});

private:
    class Impl;
    explicit RestClient(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// `text` as a segment of a path or a value of a query.
std::string percent_encoded(std::string_view text);

}  // namespace earshot::app
