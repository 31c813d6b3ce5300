#pragma once

#include "shard.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>

namespace earshot::net {

/// A socket of the I/O threads: its executor is a type of its own, which spares each operation a virtual call.
using PlainSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Shard::Executor>;

/// The address of the peer without its port, an IPv4 one as such also where it came by IPv6; empty if it is gone.
std::string peer_address(const PlainSocket& socket);

}  // namespace earshot::net
