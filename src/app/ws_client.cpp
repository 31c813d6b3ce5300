#include "earshot/app/ws_client.hpp"

#include "earshot/net/client_stream.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/url/parse.hpp>

#include <deque>
#include <optional>
#include <utility>

namespace earshot::app {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;
using tcp = asio::ip::tcp;

base::Error bad_url(base::Errc code, std::string message) {
    return {code, std::move(message), {}, {}};
}

}  // namespace

base::Result<WsUrl> parse_ws_url(std::string_view url) {
    using base::Errc;
    using boost::urls::scheme;
    const auto parsed = boost::urls::parse_uri(url);
    const bool is_whole = parsed && parsed->has_authority() && !parsed->encoded_host().empty() &&
                          (parsed->encoded_path().empty() || parsed->encoded_path().starts_with('/')) &&
                          (parsed->port().empty() || parsed->port_number() != 0);
    if (!is_whole) {
        return bad_url(Errc::invalid_value, "the URL \"" + std::string(url) + "\" is none like ws://127.0.0.1:8080");
    }
    const bool tls = parsed->scheme_id() == scheme::wss;
    if (!tls && parsed->scheme_id() != scheme::ws) {
        return bad_url(Errc::unsupported, "the URL must begin with ws:// or wss://, not " +
                                              std::string(parsed->scheme()) + "://: calls are played over a WebSocket");
    }
    WsUrl result{parsed->host_address(), std::string(parsed->port()), {}, tls};
    if (result.port.empty()) result.port = tls ? "443" : "80";
    if (parsed->encoded_path() != "/") result.target = std::string(parsed->encoded_path());
    if (parsed->has_query()) {
        if (result.target.empty()) result.target = "/";
        result.target += "?" + std::string(parsed->encoded_query());
    }
    return result;
}

/// Lives as long as the client or an operation of it.
class WsClient::Impl : public std::enable_shared_from_this<WsClient::Impl> {
public:
    Impl(asio::io_context& context, Settings settings, Handlers handlers)
        : context_(context),
          settings_(std::move(settings)),
          handlers_(std::move(handlers)),
          resolver_(context),
          stream_(context) {
        if (settings_.url.tls) make_tls_context();
    }

    void connect() {
        resolver_.async_resolve(
            settings_.url.host, settings_.url.port,
            [self = shared_from_this()](error_code error, const tcp::resolver::results_type& found) {
                self->on_resolved(error, found);
            });
    }

    void send(std::shared_ptr<const std::string> bytes, bool is_text) {
        if (is_over_ || closing_ != Closing::no) return;
        unsent_bytes_ += bytes->size();
        queue_.push_back({std::move(bytes), is_text});
        if (is_open_ && queue_.size() == 1) post([](Impl& impl) { impl.write(); });
    }

    void close() {
        if (is_over_ || closing_ != Closing::no) return;
        closing_ = Closing::wanted;
        post([](Impl& impl) { impl.close_if_written(); });
    }

    /// The client is gone: no handler is called any more and all operations end. The handlers stay until then, since
    /// one of them may be running.
    void abandon() {
        is_over_ = true;
        drop_connection();
    }

    std::size_t unsent_bytes() const noexcept { return unsent_bytes_; }

private:
    enum class Closing : std::uint8_t { no, wanted, sent };

    void make_tls_context() {
        auto& tls = tls_context_.emplace(asio::ssl::context::tls_client);
        SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
        error_code ignored;  // without certificates to trust, the handshake fails and says so
        if (settings_.checks_certificate) tls.set_default_verify_paths(ignored);
        tls.set_verify_mode(settings_.checks_certificate ? asio::ssl::verify_peer : asio::ssl::verify_none);
    }

    struct Outgoing {
        std::shared_ptr<const std::string> bytes;
        bool is_text;
    };

    template <typename Act>
    void post(Act act) {
        asio::post(context_, [self = shared_from_this(), act] {
            if (!self->is_over_) act(*self);
        });
    }

    void on_resolved(error_code error, const tcp::resolver::results_type& found) {
        if (is_over_) return;
        if (error) return fail("cannot resolve " + settings_.url.host, error);
        beast::get_lowest_layer(stream_).expires_after(settings_.handshake_timeout);
        if (settings_.receive_buffer_bytes > 0) {
            connect_with_small_buffer(found.begin()->endpoint());
            return;
        }
        beast::get_lowest_layer(stream_).async_connect(
            found,
            [self = shared_from_this()](error_code failure, const tcp::endpoint&) { self->on_connected(failure); });
    }

    /// The kernel takes a receive buffer's size only before it has offered a window.
    void connect_with_small_buffer(const tcp::endpoint& endpoint) {
        tcp::socket& socket = beast::get_lowest_layer(stream_).socket();
        error_code error;
        socket.open(endpoint.protocol(), error);
        if (!error)
            socket.set_option(asio::socket_base::receive_buffer_size(static_cast<int>(settings_.receive_buffer_bytes)),
                              error);
        if (error) return fail("cannot open a socket", error);
        beast::get_lowest_layer(stream_).async_connect(
            endpoint, [self = shared_from_this()](error_code failure) { self->on_connected(failure); });
    }

    void on_connected(error_code error) {
        if (is_over_) return;
        const std::string where = settings_.url.host + ":" + settings_.url.port;
        if (error) return fail("cannot connect to " + where, error);
        error_code ignored;  // a socket without this option is slower, not wrong
        beast::get_lowest_layer(stream_).socket().set_option(tcp::no_delay(true), ignored);
        settings_.url.tls ? secure() : shake_hands();
    }

    /// TLS's handshake; the deadline is that of connecting.
    void secure() {
        auto& tls = stream_.next_layer().use_tls(*tls_context_);
        const std::string& host = settings_.url.host;
        error_code not_an_address;
        asio::ip::make_address(host, not_an_address);
        if (not_an_address) SSL_set_tlsext_host_name(tls.native_handle(), host.c_str());
        if (settings_.checks_certificate) tls.set_verify_callback(asio::ssl::host_name_verification(host));
        tls.async_handshake(asio::ssl::stream_base::client, [self = shared_from_this()](error_code error) {
            if (self->is_over_) return;
            if (error) return self->fail("the server's TLS is not trusted or not spoken", error);
            self->shake_hands();
        });
    }

    void shake_hands() {
        beast::get_lowest_layer(stream_).expires_never();
        stream_.set_option(
            websocket::stream_base::timeout{settings_.handshake_timeout, websocket::stream_base::none(), false});
        stream_.set_option(
            websocket::stream_base::decorator([token = settings_.access_token](websocket::request_type& request) {
                request.set(beast::http::field::user_agent, "earshot");
                if (!token.empty()) request.set(beast::http::field::authorization, "Bearer " + token);
            }));
        stream_.read_message_max(settings_.max_message_bytes);
        stream_.auto_fragment(false);
        const bool is_ipv6 = settings_.url.host.find(':') != std::string::npos;
        const std::string host =
            (is_ipv6 ? "[" + settings_.url.host + "]" : settings_.url.host) + ":" + settings_.url.port;
        const std::string target = settings_.url.target.empty() ? "/" : settings_.url.target;
        stream_.async_handshake(response_, host, target,
                                [self = shared_from_this()](error_code failure) { self->on_shaken(failure); });
    }

    void on_shaken(error_code error) {
        if (is_over_) return;
        if (error == websocket::error::upgrade_declined) {
            return end({false, 0,
                        "the server answered HTTP " + std::to_string(response_.result_int()) +
                            " instead of opening a WebSocket"});
        }
        if (error) return fail("the handshake failed", error);
        is_open_ = true;
        stream_.set_option(
            websocket::stream_base::timeout{settings_.close_timeout, websocket::stream_base::none(), false});
        if (settings_.reads) read();
        if (handlers_.on_open) handlers_.on_open();
        if (is_over_) return;
        if (!queue_.empty()) write();
        close_if_written();
    }

    void read() {
        stream_.async_read(buffer_,
                           [self = shared_from_this()](error_code error, std::size_t) { self->on_read(error); });
    }

    void on_read(error_code error) {
        if (is_over_) return;
        if (error && error != websocket::error::closed && closing_ == Closing::sent)
            return;  // told by the close itself
        if (error) return on_broken(error);
        const auto bytes = buffer_.cdata();
        if (stream_.got_text() && handlers_.on_text) {
            handlers_.on_text({static_cast<const char*>(bytes.data()), bytes.size()});
        }
        if (is_over_) return;
        buffer_.consume(buffer_.size());
        read();
    }

    void write() {
        if (is_writing_ || queue_.empty()) return;
        is_writing_ = true;
        stream_.text(queue_.front().is_text);
        stream_.async_write(asio::buffer(*queue_.front().bytes),
                            [self = shared_from_this()](error_code error, std::size_t) { self->on_wrote(error); });
    }

    void on_wrote(error_code error) {
        is_writing_ = false;
        if (is_over_) return;
        if (error) {
            // The reader learns how the connection ended, with the close frame where there was one.
            if (!settings_.reads) on_broken(error);
            return;
        }
        unsent_bytes_ -= queue_.front().bytes->size();
        queue_.pop_front();
        if (queue_.empty() && handlers_.on_written) handlers_.on_written();
        if (is_over_) return;
        write();
        close_if_written();
    }

    void close_if_written() {
        if (closing_ != Closing::wanted || !is_open_ || is_writing_ || !queue_.empty()) return;
        closing_ = Closing::sent;
        stream_.async_close(websocket::close_code::normal, [self = shared_from_this()](error_code error) {
            if (!self->is_over_) self->on_broken(error);
        });
    }

    void on_broken(error_code error) {
        const websocket::close_reason& peer = stream_.reason();
        if (error == websocket::error::closed || (!error && closing_ == Closing::sent)) {
            return end(
                {true, static_cast<std::uint16_t>(peer.code), std::string(peer.reason.data(), peer.reason.size())});
        }
        end({true, static_cast<std::uint16_t>(peer.code), "the connection broke: " + error.message()});
    }

    void fail(const std::string& what, error_code error) {
        const bool is_late = error == beast::error::timeout;
        end({false, 0, what + ": " + (is_late ? "no answer in time" : error.message())});
    }

    void end(const WsEnd& how) {
        is_over_ = true;
        drop_connection();
        const auto on_end = std::move(handlers_.on_end);
        handlers_ = {};
        if (on_end) on_end(how);
    }

    void drop_connection() {
        resolver_.cancel();
        queue_.resize(is_writing_ ? 1 : 0);  // what is being written must live until that is over
        beast::get_lowest_layer(stream_).close();
    }

    asio::io_context& context_;
    Settings settings_;
    Handlers handlers_;
    tcp::resolver resolver_;
    std::optional<asio::ssl::context> tls_context_;
    websocket::stream<net::ClientStream<beast::tcp_stream>> stream_;
    websocket::response_type response_;
    beast::flat_buffer buffer_;
    std::deque<Outgoing> queue_;  // the front is being written, or will be
    std::size_t unsent_bytes_ = 0;
    Closing closing_ = Closing::no;
    bool is_open_ = false;
    bool is_writing_ = false;
    bool is_over_ = false;
};

WsClient::WsClient(asio::io_context& context, Settings settings, Handlers handlers)
    : impl_(std::make_shared<Impl>(context, std::move(settings), std::move(handlers))) {}

WsClient::~WsClient() {
    impl_->abandon();
}

void WsClient::connect() {
    impl_->connect();
}

void WsClient::send(std::shared_ptr<const std::string> text) {
    impl_->send(std::move(text), true);
}

void WsClient::send_binary(std::shared_ptr<const std::string> bytes) {
    impl_->send(std::move(bytes), false);
}

void WsClient::close() {
    impl_->close();
}

std::size_t WsClient::unsent_bytes() const noexcept {
    return impl_->unsent_bytes();
}

}  // namespace earshot::app
