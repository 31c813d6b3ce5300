#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <boost/system/error_code.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace earshot::net {

/// A client's connection over a `Socket`, which speaks TLS or does not, as its user says when it has connected. One
/// type for both, since each WebSocket over a stream of its own costs most of a minute to compile. One thread.
template <class Socket>
class ClientStream {
public:
    using next_layer_type = Socket;
    using executor_type = typename Socket::executor_type;
    using Tls = boost::asio::ssl::stream<Socket&>;

    template <class Context>
    explicit ClientStream(Context& context) : socket_(context) {}
    ClientStream(const ClientStream&) = delete;
    ClientStream& operator=(const ClientStream&) = delete;

    executor_type get_executor() noexcept { return socket_.get_executor(); }
    Socket& next_layer() noexcept { return socket_; }
    const Socket& next_layer() const noexcept { return socket_; }

    /// From here on TLS is spoken, whose handshake is the first thing to do. `context` outlives the stream.
    Tls& use_tls(boost::asio::ssl::context& context) { return tls_.emplace(socket_, context); }

    /// None while TLS is not spoken.
    Tls* tls() noexcept { return tls_ ? &*tls_ : nullptr; }

    template <class MutableBuffers, class Handler>
    auto async_read_some(const MutableBuffers& buffers, Handler&& handler) {
        return boost::asio::async_initiate<Handler, void(boost::system::error_code, std::size_t)>(
            [this](auto&& completion, const MutableBuffers& into) {
                if (tls_) {
                    tls_->async_read_some(into, std::forward<decltype(completion)>(completion));
                } else {
                    socket_.async_read_some(into, std::forward<decltype(completion)>(completion));
                }
            },
            handler, buffers);
    }

    template <class ConstBuffers, class Handler>
    auto async_write_some(const ConstBuffers& buffers, Handler&& handler) {
        return boost::asio::async_initiate<Handler, void(boost::system::error_code, std::size_t)>(
            [this](auto&& completion, const ConstBuffers& from) {
                if (tls_) {
                    tls_->async_write_some(from, std::forward<decltype(completion)>(completion));
                } else {
                    socket_.async_write_some(from, std::forward<decltype(completion)>(completion));
                }
            },
            handler, buffers);
    }

private:
    Socket socket_;
    std::optional<Tls> tls_;
};

template <class Socket>
void teardown(boost::beast::role_type role, ClientStream<Socket>& stream, boost::system::error_code& error) {
    using boost::beast::websocket::teardown;
    if (auto* tls = stream.tls()) {
        tls->shutdown(error);
    } else {
        teardown(role, stream.next_layer(), error);
    }
}

template <class Socket, class Handler>
void async_teardown(boost::beast::role_type role, ClientStream<Socket>& stream, Handler&& handler) {
    using boost::beast::websocket::async_teardown;
    if (auto* tls = stream.tls()) {
        tls->async_shutdown(std::forward<Handler>(handler));
    } else {
        async_teardown(role, stream.next_layer(), std::forward<Handler>(handler));
    }
}

}  // namespace earshot::net
