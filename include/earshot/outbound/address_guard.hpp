#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

struct sockaddr;

namespace earshot::outbound {

/// An IP address in network order. An IPv4 address a.b.c.d is ::ffff:a.b.c.d here, as IPv6 itself writes it.
using IpAddress = std::array<std::uint8_t, 16>;

/// "192.0.2.1" or "2001:db8::1", without brackets, port and zone; none: it is no address. Four decimal numbers are the
/// only form of an IPv4 address.
std::optional<IpAddress> parse_address(const std::string& text);

/// The address in a `sockaddr` as large as its family makes it; none: of no IP family.
std::optional<IpAddress> address_of(const sockaddr& address);

/// Whether the server may connect to an address that somebody else named. Whoever names one must not reach, through the
/// server, what only the server can reach: its own ports, the network it stands in, the metadata of its cloud. So only
/// addresses of the public internet are allowed, unless the operator says that all are.
///
/// Any thread.
class AddressGuard {
public:
    /// `allow_private`: every address is allowed.
    explicit AddressGuard(bool allow_private) noexcept : allow_private_(allow_private) {}

    /// An address that holds an IPv4 address for somebody else to go on with (::ffff:0:0/96, ::ffff:0:0:0/96, NAT64's
    /// 64:ff9b::/96) is judged by that one.
    bool allows(const IpAddress& address) const noexcept;

    bool allows_private() const noexcept { return allow_private_; }

private:
    bool allow_private_;
};

}  // namespace earshot::outbound
