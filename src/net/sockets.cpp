#include "sockets.hpp"

#include <boost/asio/ip/address.hpp>

namespace earshot::net {

std::string peer_address(const PlainSocket& socket) {
    namespace ip = boost::asio::ip;
    boost::system::error_code error;
    const auto endpoint = socket.remote_endpoint(error);
    if (error) return {};
    const ip::address address = endpoint.address();
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address.to_string();
    return ip::make_address_v4(ip::v4_mapped, address.to_v6()).to_string();
}

}  // namespace earshot::net
