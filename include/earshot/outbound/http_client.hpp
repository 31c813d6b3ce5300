#pragma once

#include "earshot/base/time.hpp"
#include "earshot/outbound/address_guard.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace earshot::outbound {

struct HttpRequest {
    std::string url;
    std::vector<std::pair<std::string, std::string>> headers;  ///< names and values
    std::string body;
    base::Duration limit = std::chrono::seconds(5);  ///< from its begin to the answer's end; waiting does not count
};

/// Why a request has no answer.
enum class HttpFailure : std::uint8_t {
    none,             ///< it has one
    bad_request,      ///< check_url refuses the URL, or no header can hold what is given
    refused_address,  ///< the guard allows no address of the host
    cannot_resolve,   ///< the host's name leads nowhere
    cannot_connect,   ///< nobody listens there
    no_tls,           ///< TLS fails, or the certificate is not the host's
    timeout,          ///< it was not answered within its limit, or not connected within the client's
    broken_off,       ///< the connection ended, or no HTTP came
    queue_full,       ///< too many requests wait
    stopped,          ///< the client is being destroyed
};

/// For logs and people: "timeout", "refused address", …
std::string_view failure_name(HttpFailure failure) noexcept;

struct HttpResult {
    HttpFailure failure = HttpFailure::none;
    unsigned status = 0;  ///< with none
    std::string body;     ///< with none: what of it was read
    bool is_cut = false;  ///< the body is longer than the client reads
};

/// Sends HTTP requests for others. For tests to stand in between.
class HttpPoster {
public:
    /// Called exactly once; must not throw, and must hold nobody up.
    using Done = std::function<void(HttpResult)>;

    virtual ~HttpPoster() = default;

    /// Sends a POST. Any thread, also from a Done; waits for nothing. `done` is called on a thread of the client, or at
    /// once, on the caller's, with queue_full and stopped.
    virtual void post(HttpRequest request, Done done) = 0;
};

struct HttpClientOptions {
    AddressGuard guard{false};
    std::size_t at_once = 64;                                ///< requests under way
    std::size_t queue = 1024;                                ///< requests that wait for others to end
    std::size_t body_bytes = 64 * 1024;                      ///< of an answer that are read
    base::Duration connect_limit = std::chrono::seconds(3);  ///< from a request's begin until it is connected
    std::string ca_file;  ///< PEM: whose certificates are trusted; empty: the system's
};

/// Makes requests to servers that somebody else named, and trusts neither: it connects only to addresses that the guard
/// allows, follows no redirect, uses no proxy, keeps no connection and no cookie, checks certificates, and reads no
/// more of an answer than it was told.
///
/// One thread of its own carries all requests.
class HttpClient final : public HttpPoster {
public:
    explicit HttpClient(HttpClientOptions options);

    /// Gives up what waits and what is under way, which ends with `stopped`, and joins. A name that is being resolved
    /// does not hold it up.
    ~HttpClient() override;
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    void post(HttpRequest request, Done done) override;

    /// Requests that wait or are under way. Any thread.
    std::size_t waiting() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::outbound
