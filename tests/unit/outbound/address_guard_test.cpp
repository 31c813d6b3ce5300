#include "earshot/outbound/address_guard.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <netinet/in.h>
#include <random>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <vector>

namespace earshot::outbound {
namespace {

constexpr std::uint32_t k_seed = 7;

IpAddress address(const std::string& text) {
    const auto parsed = parse_address(text);
    EXPECT_TRUE(parsed.has_value()) << text;
    return parsed.value_or(IpAddress{});
}

std::string text_of(const IpAddress& address) {
    char text[INET6_ADDRSTRLEN];
    return ::inet_ntop(AF_INET6, address.data(), text, sizeof text);
}

bool is_allowed(const std::string& text) {
    return AddressGuard(false).allows(address(text));
}

/// A range of refused addresses and the allowed ones on both sides; empty: another refused one is there, or none.
struct Border {
    std::string before, first, last, behind;
};

const std::vector<Border>& ipv4_borders() {
    static const std::vector<Border> borders{
        {"", "0.0.0.0", "0.255.255.255", "1.0.0.0"},
        {"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},
        {"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"},
        {"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"},
        {"168.63.129.15", "168.63.129.16", "168.63.129.16", "168.63.129.17"},
        {"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"},
        {"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"},
        {"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"},
        {"192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
        {"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"},
        {"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"},
        {"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"},
        {"198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"},
        {"203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"},
        {"223.255.255.255", "224.0.0.0", "255.255.255.255", ""},
    };
    return borders;
}

const std::vector<Border>& ipv6_borders() {
    static const std::vector<Border> borders{
        {"", "::", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", ""},
        {"", "64:ff9b:0:0:0:1::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::"},
        {"2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::"},
        {"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
         "2001:db9::"},
        {"2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::"},
        {"3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"},
        {"3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""},
    };
    return borders;
}

void expect_borders(const std::vector<Border>& borders) {
    for (const auto& [before, first, last, behind] : borders) {
        for (const std::string& outside : {before, behind}) {
            EXPECT_TRUE(outside.empty() || is_allowed(outside)) << outside;
        }
        for (const std::string& inside : {first, last}) EXPECT_FALSE(is_allowed(inside)) << inside;
    }
}

TEST(AddressGuardTest, refuses_special_networks_up_to_their_borders) {
    expect_borders(ipv4_borders());
    expect_borders(ipv6_borders());
}

TEST(AddressGuardTest, refuses_exactly_the_addresses_between_those_borders) {
    const auto number = [](const IpAddress& ipv4) {
        std::uint32_t value = 0;
        std::memcpy(&value, ipv4.data() + 12, 4);
        return ntohl(value);
    };
    std::mt19937 random(k_seed);
    for (int i = 0; i < 100'000; ++i) {
        IpAddress any = address("0.0.0.0");
        const std::uint32_t bits = htonl(static_cast<std::uint32_t>(random()));
        std::memcpy(any.data() + 12, &bits, 4);
        const bool is_between = std::ranges::any_of(ipv4_borders(), [&](const Border& border) {
            return number(address(border.first)) <= number(any) && number(any) <= number(address(border.last));
        });
        ASSERT_EQ(AddressGuard(false).allows(any), !is_between) << text_of(any) << ", seed " << k_seed;
    }
}

TEST(AddressGuardTest, refuses_every_address_inside_a_special_network) {
    struct Network {
        std::string first;
        unsigned prefix;
    };
    const std::vector<Network> networks{
        {"::ffff:0.0.0.0", 104},
        {"::ffff:10.0.0.0", 104},
        {"::ffff:100.64.0.0", 106},
        {"::ffff:127.0.0.0", 104},
        {"::ffff:169.254.0.0", 112},
        {"::ffff:172.16.0.0", 108},
        {"::ffff:192.0.0.0", 120},
        {"::ffff:192.0.2.0", 120},
        {"::ffff:192.168.0.0", 112},
        {"::ffff:198.18.0.0", 111},
        {"::ffff:198.51.100.0", 120},
        {"::ffff:203.0.113.0", 120},
        {"::ffff:224.0.0.0", 100},
        {"::ffff:240.0.0.0", 100},
        {"::ffff:0:10.0.0.0", 104},
        {"64:ff9b::127.0.0.0", 104},
        {"64:ff9b::169.254.0.0", 112},
        {"64:ff9b:1::", 48},
        {"::", 96},
        {"100::", 64},
        {"2001::", 32},
        {"2001:2::", 48},
        {"2001:db8::", 32},
        {"2002::", 16},
        {"3fff::", 20},
        {"fc00::", 7},
        {"fe80::", 10},
        {"fec0::", 10},
        {"ff00::", 8},
    };
    std::mt19937 random(k_seed);
    for (const Network& network : networks) {
        for (int i = 0; i < 1'000; ++i) {
            IpAddress inside = address(network.first);
            for (unsigned bit = network.prefix; bit < 128; ++bit) {
                if (random() % 2 == 1) inside[bit / 8] |= static_cast<std::uint8_t>(0x80U >> (bit % 8));
            }
            ASSERT_FALSE(AddressGuard(false).allows(inside)) << text_of(inside) << ", seed " << k_seed;
        }
    }
}

TEST(AddressGuardTest, judges_an_address_that_holds_another_by_that_one) {
    for (const std::string prefix : {"::ffff:", "::ffff:0:", "64:ff9b::"}) {
        for (const std::string ipv4 :
             {"8.8.8.8", "172.32.0.1", "127.0.0.1", "169.254.169.254", "10.1.2.3", "0.0.0.0"}) {
            EXPECT_EQ(is_allowed(prefix + ipv4), is_allowed(ipv4)) << prefix << ipv4;
        }
    }
}

TEST(AddressGuardTest, refuses_outdated_ways_to_hold_another_address_whatever_it_is) {
    for (const std::string inside : {"::8.8.8.8", "64:ff9b:1::8.8.8.8", "2002:808:808::1", "2001:0:808:808::1"}) {
        EXPECT_FALSE(is_allowed(inside)) << inside;
    }
}

TEST(AddressGuardTest, allows_public_servers) {
    for (const std::string outside : {"1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001:82a::200e"}) {
        EXPECT_TRUE(is_allowed(outside)) << outside;
    }
}

TEST(AddressGuardTest, allows_everything_where_private_addresses_are_allowed) {
    const AddressGuard guard(true);
    for (const std::string inside : {"127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1", "8.8.8.8"}) {
        EXPECT_TRUE(guard.allows(address(inside))) << inside;
    }
}

TEST(ParseAddressTest, takes_addresses_in_their_usual_form_only) {
    EXPECT_EQ(address("192.0.2.1"), address("::ffff:192.0.2.1"));
    EXPECT_NE(address("192.0.2.1"), address("::192.0.2.1"));
    for (const std::string other :
         {"", "localhost", "127.1", "0x7f.0.0.1", "2130706433", "[::1]", "1.2.3.4:80", "1.2.3.4 "}) {
        EXPECT_FALSE(parse_address(other).has_value()) << other;
    }
}

TEST(AddressOfTest, reads_the_addresses_of_sockets) {
    sockaddr_in ipv4{};
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(80);
    ::inet_pton(AF_INET, "192.0.2.1", &ipv4.sin_addr);
    EXPECT_EQ(address_of(reinterpret_cast<const sockaddr&>(ipv4)), address("192.0.2.1"));

    sockaddr_in6 ipv6{};
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(80);
    ::inet_pton(AF_INET6, "2001:db8::1", &ipv6.sin6_addr);
    EXPECT_EQ(address_of(reinterpret_cast<const sockaddr&>(ipv6)), address("2001:db8::1"));
}

TEST(AddressOfTest, knows_no_other_family) {
    sockaddr_un path{};
    path.sun_family = AF_UNIX;
    EXPECT_FALSE(address_of(reinterpret_cast<const sockaddr&>(path)).has_value());
}

}  // namespace
}  // namespace earshot::outbound
