#include "support/net/clients.hpp"

#include "earshot/net/client_stream.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>
#include <sys/socket.h>

namespace earshot::testing {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http_ns = boost::beast::http;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;

std::chrono::milliseconds since(Clock::time_point begin) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
}

using Stream = net::ClientStream<tcp::socket>;

constexpr std::size_t k_piece_bytes = 4096;  // of what is sent as far as it is taken

tcp::endpoint loopback(Port port) {
    return {asio::ip::address_v4::loopback(), port.number()};
}

/// Runs `context` until `done`.
void run_until(asio::io_context& context, const bool& done, const char* what) {
    const auto end = Clock::now() + k_patience;
    context.restart();
    while (!done && Clock::now() < end) {
        if (context.run_one_until(end) == 0 && context.stopped()) break;
    }
    if (!done) throw std::runtime_error(std::string(what) + " did not come in time");
}

void check(error_code error, const char* what) {
    if (error) throw std::runtime_error(std::string(what) + ": " + error.message());
}

asio::ssl::context& trusting_context() {
    static asio::ssl::context context(asio::ssl::context::tls_client);
    return context;
}

/// Makes a connected stream speak TLS, if that is what the port speaks.
void secure(asio::io_context& context, Stream& stream, Port port) {
    if (!port.is_tls()) return;
    bool done = false;
    error_code failure;
    stream.use_tls(trusting_context()).async_handshake(asio::ssl::stream_base::client, [&](error_code error) {
        failure = error;
        done = true;
    });
    run_until(context, done, "the end of TLS's handshake");
    check(failure, "shaking hands");
}

template <class Body>
HttpResponse to_response(const http_ns::response<Body>& message, std::string body) {
    HttpResponse response;
    response.status = message.result_int();
    for (const auto& field : message) {
        std::string name(field.name_string());
        std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
        response.headers[name] = std::string(field.value());
    }
    response.body = std::move(body);
    return response;
}

}  // namespace

// ---- TcpClient -----------------------------------------------------------------------------------------------------

class TcpClient::Impl {
public:
    Impl(Port port, int receive_buffer_bytes) {
        socket.open(tcp::v4());
        if (receive_buffer_bytes > 0) {
            socket.set_option(asio::socket_base::receive_buffer_size(receive_buffer_bytes));
        }
        socket.connect(loopback(port));
        socket.set_option(tcp::no_delay(true));
        secure(context, stream, port);
    }

    error_code write(std::string_view bytes) {
        begin_writing(bytes);
        run_until(context, is_written, "the end of writing");
        return write_error;
    }

    /// The writing goes on whenever the context runs, since what a stream of TLS has begun cannot be taken back.
    void begin_writing(std::string_view bytes) {
        if (!is_written) run_until(context, is_written, "the end of writing");
        outgoing = bytes;
        is_written = false;
        asio::async_write(stream, asio::buffer(outgoing), [this](error_code error, std::size_t) {
            write_error = error;
            is_written = true;
        });
    }

    bool is_written_within(std::chrono::milliseconds patience) {
        const auto end = Clock::now() + patience;
        context.restart();
        context.poll();
        while (!is_written && context.run_one_until(end) > 0) {
        }
        return is_written;
    }

    asio::io_context context;
    Stream stream{context};
    tcp::socket& socket = stream.next_layer();
    beast::flat_buffer buffer;
    error_code last_error;  // of reading
    std::string outgoing;   // until it is written
    bool is_written = true;
    error_code write_error;
};

TcpClient::TcpClient(Port port, int receive_buffer_bytes) : impl_(std::make_unique<Impl>(port, receive_buffer_bytes)) {}
TcpClient::~TcpClient() = default;
TcpClient::TcpClient(TcpClient&&) noexcept = default;

void TcpClient::send(std::string_view bytes) {
    check(impl_->write(bytes), "writing");
}

void TcpClient::send_as_far_as_taken(std::string_view bytes) {
    impl_->write(bytes);
}

bool TcpClient::was_closed_properly() const {
    return impl_->last_error == asio::error::eof;
}

long TcpClient::certificate_serial() const {
    auto* tls = impl_->stream.tls();
    if (!tls) return 0;
    X509* certificate = SSL_get1_peer_certificate(tls->native_handle());
    const long serial = ASN1_INTEGER_get(X509_get0_serialNumber(certificate));
    X509_free(certificate);
    return serial;
}

std::size_t TcpClient::send_while_taken(std::string_view bytes, std::chrono::milliseconds patience) {
    std::size_t taken = 0;
    while (taken < bytes.size() && impl_->is_written_within(patience)) {
        check(impl_->write_error, "writing");
        const std::string_view piece = bytes.substr(taken, k_piece_bytes);
        impl_->begin_writing(piece);
        taken += piece.size();
    }
    return taken;
}

std::string TcpClient::read_some() {
    if (impl_->buffer.size() > 0) {
        std::string early = beast::buffers_to_string(impl_->buffer.data());
        impl_->buffer.clear();
        return early;
    }
    std::array<char, 4096> bytes;
    std::size_t size = 0;
    bool done = false;
    impl_->stream.async_read_some(asio::buffer(bytes), [&](error_code error, std::size_t count) {
        size = error ? 0 : count;
        impl_->last_error = error;
        done = true;
    });
    run_until(impl_->context, done, "what is to be read");
    return std::string(bytes.data(), size);
}

std::string TcpClient::read_if_any() {
    std::array<char, 4096> bytes;
    const ssize_t size = ::recv(impl_->socket.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    return std::string(bytes.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
}

std::string TcpClient::read_all() {
    std::string all;
    for (std::string some = read_some(); !some.empty(); some = read_some()) all += some;
    return all;
}

HttpResponse TcpClient::read_response(bool to_head) {
    http_ns::response_parser<http_ns::string_body> parser;
    parser.skip(to_head);
    parser.body_limit(boost::none);
    bool done = false;
    error_code failure;
    http_ns::async_read(impl_->stream, impl_->buffer, parser, [&](error_code error, std::size_t) {
        failure = error;
        done = true;
    });
    run_until(impl_->context, done, "an HTTP response");
    check(failure, "reading an HTTP response");
    return to_response(parser.get(), parser.get().body());
}

std::chrono::milliseconds TcpClient::wait_for_end() {
    const auto begin = Clock::now();
    read_all();
    return since(begin);
}

HttpResponse http(Port port, std::string_view method, std::string_view target, const Headers& headers,
                  std::string_view body) {
    TcpClient client(port);
    std::string request = std::string(method) + " " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n";
    for (const auto& [name, value] : headers) request += name + ": " + value + "\r\n";
    if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    client.send(request + "\r\n" + std::string(body));
    return client.read_response(method == "HEAD");
}

std::string upgrade_request(std::string_view target) {
    return "GET " + std::string(target) +
           " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
}

std::string text_frame(std::string_view text) {
    const std::size_t size = text.size();
    const int size_bytes = size < 126 ? 0 : size < 64 * 1024 ? 2 : 8;
    const std::size_t size_or_kind = size_bytes == 0 ? size : size_bytes == 2 ? 126 : 127;
    std::string frame{'\x81', static_cast<char>(0x80 | size_or_kind)};
    for (int i = size_bytes; i-- > 0;) frame += static_cast<char>(size >> (8 * i));
    return frame + std::string(4, '\0') + std::string(text);
}

// ---- WsClient ------------------------------------------------------------------------------------------------------

class WsClient::Impl {
public:
    explicit Impl(Port port) : ws(context) {
        lowest().connect(loopback(port));
        lowest().set_option(tcp::no_delay(true));
        secure(context, ws.next_layer(), port);
        ws.auto_fragment(false);
        ws.read_message_max(64 * 1024 * 1024);
        ws.control_callback([this](websocket::frame_type type, beast::string_view payload) {
            if (type == websocket::frame_type::pong) last_pong = std::string(payload);
        });
    }

    void write(std::string_view bytes, bool as_text) {
        ws.text(as_text);
        bool done = false;
        error_code failure;
        ws.async_write(asio::buffer(bytes.data(), bytes.size()), [&](error_code error, std::size_t) {
            failure = error;
            done = true;
        });
        run_until(context, done, "the end of writing");
        check(failure, "writing a message");
    }

    /// The reading goes on from one call to the next, so that a ping can be waited for.
    void begin_reading() {
        if (is_reading || has_message || is_over) return;
        is_reading = true;
        ws.async_read(buffer, [this](error_code error, std::size_t) {
            is_reading = false;
            if (error) {
                is_over = true;
                close_code = ws.reason().code;
                return;
            }
            has_message = true;
        });
    }

    void wait_for(const std::function<bool()>& reached, const char* what) {
        const auto end = Clock::now() + k_patience;
        begin_reading();
        context.restart();
        while (!reached()) {
            if (context.run_one_until(end) == 0 || Clock::now() >= end) {
                if (reached()) break;
                throw std::runtime_error(std::string(what) + " did not come in time");
            }
        }
    }

    std::optional<std::string> take_message() {
        if (!has_message) return std::nullopt;
        std::string message = beast::buffers_to_string(buffer.data());
        buffer.clear();
        has_message = false;
        return message;
    }

    tcp::socket& lowest() { return ws.next_layer().next_layer(); }

    asio::io_context context;
    websocket::stream<Stream> ws;
    HttpResponse response;
    beast::flat_buffer buffer;
    bool is_reading = false;
    bool has_message = false;
    bool is_over = false;
    std::uint16_t close_code = 0;
    std::string last_pong;
};

WsClient::WsClient(Port port, std::string_view target, const Headers& headers) : impl_(std::make_unique<Impl>(port)) {
    impl_->ws.set_option(websocket::stream_base::decorator([&headers](websocket::request_type& request) {
        for (const auto& [name, value] : headers) request.insert(name, value);
    }));
    websocket::response_type response;
    bool done = false;
    impl_->ws.async_handshake(response, "localhost", std::string(target), [&](error_code) { done = true; });
    run_until(impl_->context, done, "the end of the handshake");
    impl_->response = to_response(response, response.body());
}

WsClient::~WsClient() {
    if (!impl_) return;
    drop();
    impl_->context.restart();
    impl_->context.poll();
}
WsClient::WsClient(WsClient&&) noexcept = default;

const HttpResponse& WsClient::response() const {
    return impl_->response;
}

void WsClient::send(std::string_view text) {
    impl_->write(text, true);
}

void WsClient::send_binary(std::string_view bytes) {
    impl_->write(bytes, false);
}

void WsClient::send_fragments(std::initializer_list<std::string_view> parts, bool as_text) {
    impl_->ws.text(as_text);
    for (const std::string_view& part : parts) {
        bool done = false;
        error_code failure;
        impl_->ws.async_write_some(&part == parts.end() - 1, asio::buffer(part.data(), part.size()),
                                   [&](error_code error, std::size_t) {
                                       failure = error;
                                       done = true;
                                   });
        run_until(impl_->context, done, "the end of writing");
        check(failure, "writing a fragment");
    }
}

void WsClient::ping(std::string_view payload) {
    bool done = false;
    websocket::ping_data data(beast::string_view(payload.data(), payload.size()));
    impl_->ws.async_ping(data, [&](error_code) { done = true; });
    run_until(impl_->context, done, "the end of writing");
    impl_->wait_for([&] { return impl_->last_pong == payload || impl_->is_over; }, "a pong");
}

std::optional<std::string> WsClient::receive() {
    impl_->wait_for([&] { return impl_->has_message || impl_->is_over; }, "a message");
    return impl_->take_message();
}

std::optional<std::string> WsClient::receive_within(std::chrono::milliseconds patience) {
    const auto end = Clock::now() + patience;
    impl_->begin_reading();
    impl_->context.restart();
    impl_->context.poll();
    while (!impl_->has_message && !impl_->is_over && impl_->context.run_one_until(end) > 0) {
    }
    return impl_->take_message();
}

std::vector<std::string> WsClient::receive_until(std::string_view part) {
    std::vector<std::string> messages;
    while (auto message = receive()) {
        messages.push_back(std::move(*message));
        if (messages.back().find(part) != std::string::npos) return messages;
    }
    throw std::runtime_error("the connection ended before " + std::string(part));
}

std::vector<std::string> WsClient::receive_all() {
    std::vector<std::string> messages;
    while (auto message = receive()) messages.push_back(std::move(*message));
    return messages;
}

bool WsClient::is_silent() {
    ping("is there anything");
    return !impl_->has_message && !impl_->is_over;
}

bool WsClient::is_over() const {
    return impl_->is_over;
}

std::uint16_t WsClient::close_code() const {
    return impl_->close_code;
}

std::string WsClient::last_pong() const {
    return impl_->last_pong;
}

std::chrono::milliseconds WsClient::close(std::uint16_t code) {
    const auto begin = Clock::now();
    bool done = false;
    // Reads, throws away what comes and waits until the server has closed the connection.
    impl_->ws.async_close(websocket::close_reason(static_cast<websocket::close_code>(code)),
                          [&](error_code) { done = true; });
    run_until(impl_->context, done, "the end of the connection");
    impl_->close_code = impl_->ws.reason().code;
    return since(begin);
}

void WsClient::drop() {
    error_code ignored;
    impl_->lowest().close(ignored);
}

}  // namespace earshot::testing
