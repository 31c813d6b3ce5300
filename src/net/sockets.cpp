#include "sockets.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>

#include <utility>

namespace earshot::net {

namespace asio = boost::asio;
using boost::system::error_code;

std::string peer_address(const PlainSocket& socket) {
    error_code error;
    const auto endpoint = socket.remote_endpoint(error);
    if (error) return {};
    const asio::ip::address address = endpoint.address();
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address.to_string();
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
}

void finish_sending(PlainSocket& socket, std::function<void()> done) {
    error_code ignored;  // the peer may be gone already, which reading tells
    socket.shutdown(asio::socket_base::shutdown_send, ignored);
    done();
}

void finish_sending(TlsSocket& socket, std::function<void()> done) {
    socket.async_shutdown([&socket, done = std::move(done)](error_code) { finish_sending(socket.next_layer(), done); });
}

}  // namespace earshot::net
