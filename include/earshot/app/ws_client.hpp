#pragma once

#include "earshot/base/error.hpp"
#include "earshot/base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace earshot::app {

/// Where a client connects to.
struct WsUrl {
    std::string host;    ///< without brackets
    std::string port;    ///< "80" where none is given, for wss "443"
    std::string target;  ///< path and query; empty: none was given
    bool tls = false;    ///< of a URL that begins with wss
    friend bool operator==(const WsUrl&, const WsUrl&) = default;
};

/// Reads "ws://host[:port][/path][?query]", or the same with "wss". Errors: Errc::unsupported for any other scheme (the
/// message says what to write instead), Errc::invalid_value for what is no URL.
base::Result<WsUrl> parse_ws_url(std::string_view url);

/// How a connection ended.
struct WsEnd {
    bool was_open = false;   ///< the handshake had succeeded
    std::uint16_t code = 0;  ///< of the peer's close frame, 1005 for one without; 0: there was none
    std::string reason;      ///< the peer's, or what went wrong, for a person; empty after a clean close
};

/// One WebSocket connection from the client's side, driven by an io_context; everything happens on the thread that runs
/// it. Writes are queued and go out one after the other while reading goes on. After `on_end` nothing is called any
/// more. Destroying a client drops its connection without a word; none of its handlers is called after that.
class WsClient {
public:
    struct Settings {
        WsUrl url;
        std::string access_token;  ///< sent as a bearer token; empty: none
        bool checks_certificate =
            true;  ///< over TLS: that it is of the host, and of an authority that the system trusts
        base::Duration handshake_timeout = std::chrono::seconds(10);
        base::Duration close_timeout = std::chrono::seconds(5);  ///< how long the peer may take to answer a close
        bool reads = true;                                       ///< false: nothing is ever read after the handshake
        std::size_t receive_buffer_bytes = 0;                    ///< the kernel's, 0: its default
        std::size_t max_message_bytes = 16 * 1024 * 1024;
    };

    /// Called on the io_context's thread, never from inside a call of the client's. Each may be empty.
    struct Handlers {
        std::function<void()> on_open;
        std::function<void(std::string_view)> on_text;  ///< a whole text message; the view lives until the call returns
        std::function<void()> on_written;               ///< everything queued so far has been handed to the kernel
        std::function<void(const WsEnd&)> on_end;
    };

    WsClient(boost::asio::io_context& context, Settings settings, Handlers handlers);
    ~WsClient();
    WsClient(const WsClient&) = delete;
    WsClient& operator=(const WsClient&) = delete;

    /// Resolves, connects and shakes hands. Once.
    void connect();

    /// Queues a text message, or a binary one.
    void send(std::shared_ptr<const std::string> text);
    void send_binary(std::shared_ptr<const std::string> bytes);

    /// Closes with 1000 once all that is queued is written.
    void close();

    /// Bytes queued that the kernel has not taken yet.
    std::size_t unsent_bytes() const noexcept;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace earshot::app
