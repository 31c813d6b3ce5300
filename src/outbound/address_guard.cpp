#include "earshot/outbound/address_guard.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstddef>
#include <cstring>
#include <netinet/in.h>
#include <span>
#include <sys/socket.h>

namespace earshot::outbound {
namespace {

/// All addresses that begin with the first `prefix` bits of `bytes`.
template <std::size_t Size>
struct Network {
    std::array<std::uint8_t, Size> bytes;
    std::size_t prefix;

    constexpr bool holds(std::span<const std::uint8_t, Size> address) const noexcept {
        std::size_t i = 0;
        for (; 8 * (i + 1) <= prefix; ++i) {
            if (address[i] != bytes[i]) return false;
        }
        const std::size_t rest = prefix - 8 * i;
        return rest == 0 || ((address[i] ^ bytes[i]) >> (8 - rest)) == 0;
    }
};

// After the registries of special addresses of IANA (RFC 6890 and its successors).
constexpr auto k_refused_ipv4 = std::to_array<Network<4>>({
    {{0}, 8},                  // this network; Linux takes 0.0.0.0 for the loopback
    {{10}, 8},                 // private
    {{100, 64}, 10},           // between a provider and its customers
    {{127}, 8},                // loopback
    {{168, 63, 129, 16}, 32},  // the platform's own services in Azure, beside 169.254.169.254
    {{169, 254}, 16},          // link-local, with the metadata of clouds
    {{172, 16}, 12},           // private
    {{192, 0, 0}, 24},         // protocols
    {{192, 0, 2}, 24},         // documentation
    {{192, 88, 99}, 24},       // relays of 6to4
    {{192, 168}, 16},          // private
    {{198, 18}, 15},           // benchmarks
    {{198, 51, 100}, 24},      // documentation
    {{203, 0, 113}, 24},       // documentation
    {{224}, 4},                // multicast
    {{240}, 4},                // reserved, with the broadcast 255.255.255.255
});

// What is global unicast lies in 2000::/3. The first three rows are all the rest: the unspecified address and the
// loopback (::, ::1), IPv4-compatible (::/96) and local NAT64 (64:ff9b:1::/48) ones, unique local (fc00::/7),
// link-local (fe80::/10), site-local (fec0::/10), multicast (ff00::/8) and what nobody has been given yet.
constexpr auto k_refused_ipv6 = std::to_array<Network<16>>({
    {{0x00}, 3},
    {{0x40}, 2},
    {{0x80}, 1},
    {{0x20, 0x01}, 23},              // protocols, with Teredo (2001::/32) and benchmarks (2001:2::/48)
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02}, 16},              // 6to4, which holds an IPv4 address to go on with
    {{0x3f, 0xff}, 20},              // documentation
});

constexpr Network<16> k_mapped{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr auto k_holding_ipv4 = std::to_array<Network<16>>({
    k_mapped,
    {{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0}, 96},  // translated (SIIT)
    {{0, 0x64, 0xff, 0x9b}, 96},                       // NAT64
});

IpAddress mapped(const void* four_bytes) {
    IpAddress address = k_mapped.bytes;
    std::memcpy(address.data() + 12, four_bytes, 4);
    return address;
}

}  // namespace

std::optional<IpAddress> parse_address(const std::string& text) {
    IpAddress address{};
    in_addr ipv4{};
    if (::inet_pton(AF_INET, text.c_str(), &ipv4) == 1) return mapped(&ipv4);
    if (::inet_pton(AF_INET6, text.c_str(), address.data()) == 1) return address;
    return std::nullopt;
}

std::optional<IpAddress> address_of(const sockaddr& address) {
    if (address.sa_family == AF_INET) {
        sockaddr_in ipv4{};
        std::memcpy(&ipv4, &address, sizeof ipv4);
        return mapped(&ipv4.sin_addr);
    }
    if (address.sa_family == AF_INET6) {
        sockaddr_in6 ipv6{};
        std::memcpy(&ipv6, &address, sizeof ipv6);
        IpAddress bytes{};
        std::memcpy(bytes.data(), &ipv6.sin6_addr, bytes.size());
        return bytes;
    }
    return std::nullopt;
}

bool AddressGuard::allows(const IpAddress& address) const noexcept {
    if (allow_private_) return true;
    const std::span<const std::uint8_t, 16> bytes(address);
    const auto is_in = [](const auto& networks, auto searched) {
        return std::ranges::any_of(networks, [&](const auto& network) { return network.holds(searched); });
    };
    if (is_in(k_holding_ipv4, bytes)) return !is_in(k_refused_ipv4, bytes.last<4>());
    return !is_in(k_refused_ipv6, bytes);
}

}  // namespace earshot::outbound
