#pragma once

#include "shard.hpp"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <functional>
#include <string>

namespace earshot::net {

/// A socket of the I/O threads: its executor is a type of its own, which spares each operation a virtual call.
using PlainSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Shard::Executor>;

/// One that speaks TLS.
using TlsSocket = boost::asio::ssl::stream<PlainSocket>;

template <class Socket>
inline constexpr bool k_is_tls = false;
template <>
inline constexpr bool k_is_tls<TlsSocket> = true;

/// The address of the peer without its port, an IPv4 one as such also where it came by IPv6; empty if it is gone.
std::string peer_address(const PlainSocket& socket);

/// Tells the peer that nothing more comes, all that was written being on its way. Calls `done` at once, or for TLS when
/// the peer has answered or cannot: it says the same, still sends, or the connection breaks. Until then `done` keeps
/// the socket, on which no other operation may be under way; how long that may take is the caller's to say.
void finish_sending(PlainSocket& socket, std::function<void()> done);
void finish_sending(TlsSocket& socket, std::function<void()> done);

}  // namespace earshot::net
