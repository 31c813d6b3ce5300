#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Clients for tests against a server on the loopback. Every wait has an end: what does not come within `k_patience` is
// a std::runtime_error.
namespace earshot::testing {

inline constexpr auto k_patience = std::chrono::seconds(20);

enum class Transport : std::uint8_t { plain, tls };

/// Where a server listens on the loopback, and what it speaks there.
class Port {
public:
    // Implicit, but not back again: whoever kept the number alone would forget what is spoken there.
    Port(std::uint16_t number = 0, Transport transport = Transport::plain) : number_(number), transport_(transport) {}
    std::uint16_t number() const noexcept { return number_; }
    bool is_tls() const noexcept { return transport_ == Transport::tls; }

private:
    std::uint16_t number_;
    Transport transport_;
};

using Headers = std::vector<std::pair<std::string, std::string>>;

/// An HTTP response; names of headers in lower case.
struct HttpResponse {
    unsigned status = 0;
    std::map<std::string, std::string> headers;
    std::string body;
};

/// A TCP connection, or one of TLS, that sends what it is told, byte by byte. It takes any certificate.
class TcpClient {
public:
    /// `receive_buffer_bytes`: the kernel's, 0 for its default.
    explicit TcpClient(Port port, int receive_buffer_bytes = 0);
    ~TcpClient();
    TcpClient(TcpClient&&) noexcept;

    void send(std::string_view bytes);

    /// Sends until all is taken or the peer has closed, whatever it sends meanwhile.
    void send_as_far_as_taken(std::string_view bytes);

    /// Whether the peer has said that it closes, where a read has found its end: over TLS, not only by TCP.
    bool was_closed_properly() const;

    /// The serial number of the server's certificate; 0 without TLS.
    long certificate_serial() const;

    /// Sends as much as is taken without reading, until nothing more is for `patience`. Returns how many bytes that
    /// was; the last few thousand of them may go out only while it is read or sent again.
    std::size_t send_while_taken(std::string_view bytes, std::chrono::milliseconds patience);

    /// What comes next; empty: the peer has closed.
    std::string read_some();

    /// Without TLS: what has come already.
    std::string read_if_any();

    /// All that comes until the peer has closed.
    std::string read_all();

    /// Reads an HTTP response. `to_head`: it has no body.
    HttpResponse read_response(bool to_head = false);

    /// How long it takes until the peer has closed; what comes before is thrown away.
    std::chrono::milliseconds wait_for_end();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// Sends one request on a connection of its own and returns the response.
HttpResponse http(Port port, std::string_view method, std::string_view target, const Headers& headers = {},
                  std::string_view body = {});

/// The request that makes a connection of bare TCP a WebSocket.
std::string upgrade_request(std::string_view target);

/// A text message as a client sends it, in one frame with the mask 0.
std::string text_frame(std::string_view text);

/// A WebSocket client.
class WsClient {
public:
    /// Connects and shakes hands; response() says how that went.
    WsClient(Port port, std::string_view target, const Headers& headers = {});
    ~WsClient();
    WsClient(WsClient&&) noexcept;

    const HttpResponse& response() const;
    bool is_open() const { return response().status == 101; }

    void send(std::string_view text);
    void send_binary(std::string_view bytes);
    void send_fragments(std::initializer_list<std::string_view> parts, bool as_text);
    void ping(std::string_view payload);

    /// The next message; none: the server has closed (close_code) or the connection broke (0).
    std::optional<std::string> receive();

    /// The next message if it has come already, or comes within `patience`.
    std::optional<std::string> receive_within(std::chrono::milliseconds patience = {});

    /// Messages up to one that holds `part`, that one included. Fails if the connection ends before.
    std::vector<std::string> receive_until(std::string_view part);

    /// Messages until the server has closed.
    std::vector<std::string> receive_all();

    /// Whether nothing comes before the answer to a ping does.
    bool is_silent();

    /// Whether the connection has ended, as far as reading has come.
    bool is_over() const;
    std::uint16_t close_code() const;
    std::string last_pong() const;

    /// Sends a close frame and waits for the answer and the end of the connection. Returns how long that took.
    std::chrono::milliseconds close(std::uint16_t code);

    /// Cuts the connection without a word.
    void drop();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::testing
