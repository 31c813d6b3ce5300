#pragma once

#include "earshot/outbound/http_client.hpp"

#include "curl_handles.hpp"

#include <cstddef>

namespace earshot::outbound {

/// One request on its way, as libcurl wants it. Belongs to the thread of the client, and stays where it is while its
/// handle is in use.
class Transfer {
public:
    /// `options` outlives it.
    Transfer(HttpRequest request, HttpPoster::Done done, const HttpClientOptions& options);
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    /// False: it cannot be sent, and ends with bad_request.
    bool prepare();

    CURL* handle() const noexcept { return handle_.get(); }

    /// What became of it, by what libcurl says. Once.
    HttpResult result(CURLcode code);

    /// Tells `result` to whoever sent the request.
    void end(HttpResult result) { done_(std::move(result)); }

private:
    bool add_header(const std::string& line);
    void set_safety();
    void set_trusted();
    void set_request();

    static curl_socket_t open_socket(void* transfer, curlsocktype purpose, curl_sockaddr* address) noexcept;
    static std::size_t take_header(char* bytes, std::size_t, std::size_t count, void* transfer) noexcept;
    static std::size_t take_body(char* bytes, std::size_t, std::size_t count, void* transfer) noexcept;

    HttpFailure failure_of(CURLcode code) const noexcept;

    const HttpRequest request_;
    const HttpPoster::Done done_;
    const HttpClientOptions& options_;
    EasyHandle handle_;
    HeaderList headers_;
    std::string body_;
    std::size_t header_bytes_ = 0;
    bool is_header_whole_ = false;
    bool is_cut_ = false;
    bool was_refused_ = false;  // an address of its host
    bool was_allowed_ = false;  // another one
};

}  // namespace earshot::outbound
