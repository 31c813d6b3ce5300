#include "earshot/outbound/url_check.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace earshot::outbound {
namespace {

using base::Errc;

const AddressGuard k_guard(false);

std::string refusal(const std::string& url) {
    const auto checked = check_url(url, k_guard);
    return checked ? "taken" : checked.error().message;
}

TEST(UrlCheckTest, takes_web_addresses_with_a_host) {
    for (const std::string url :
         {"http://example.com", "https://example.com/", "HTTPS://Example.COM:8443/a/b?c=d#e", "http://example.com:1",
          "http://8.8.8.8/", "https://[2606:4700::1111]:443/x", "https://xn--bcher-kva.example/",
          "https://example.com/a?to=http://user:word@other/", "http://localhost.example.com/"}) {
        EXPECT_EQ(refusal(url), "taken") << url;
    }
}

TEST(UrlCheckTest, refuses_what_has_no_web_scheme_and_host) {
    for (const std::string url :
         {"", "example.com", "//example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/",
          "http:example.com", "http:/example.com", "http:///example.com", "http://", "https://", "http://?a",
          "http://#a", "https", "javascript:alert(1)", "unix:/run/x", "http2://example.com/"}) {
        EXPECT_EQ(refusal(url), "the URL must begin with http:// or https:// and a host") << url;
    }
    EXPECT_NE(refusal("http://:80/"), "taken");
}

TEST(UrlCheckTest, refuses_malformed_ones) {
    for (const std::string url :
         {"http://example.com:port/", "http://example.com:65536/", "http://[::1/", "http://[word]/",
          "http://exa\\mple.com/", "http://exa%20mple.com/", "http://exa%00mple.com/"}) {
        EXPECT_EQ(refusal(url), "the URL is malformed") << url;
    }
}

TEST(UrlCheckTest, refuses_users_and_passwords) {
    for (const std::string url :
         {"http://user@example.com/", "http://user:word@example.com/", "http://:word@example.com/",
          "http://@example.com/", "http://example.com:80@other.com/"}) {
        EXPECT_EQ(refusal(url), "the URL must not hold a user or a password") << url;
    }
}

TEST(UrlCheckTest, refuses_each_byte_that_is_no_visible_ascii) {
    for (int byte = 0; byte < 256; ++byte) {
        const bool is_visible = byte > 0x20 && byte < 0x7F;
        const std::string url = "http://example.com/a" + std::string(1, static_cast<char>(byte)) + "b";
        EXPECT_EQ(refusal(url) == "taken", is_visible) << byte;
    }
}

TEST(UrlCheckTest, takes_them_up_to_the_longest) {
    const std::string begin = "http://example.com/";
    EXPECT_EQ(refusal(begin + std::string(k_longest_url - begin.size(), 'a')), "taken");

    const auto longer = check_url(begin + std::string(k_longest_url + 1 - begin.size(), 'a'));

    ASSERT_TRUE(longer.has_error());
    EXPECT_EQ(longer.error().code, Errc::too_large);
}

TEST(UrlCheckTest, refuses_hosts_that_the_guard_refuses_in_every_form_of_an_address) {
    for (const std::string host : {"127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1",
                                   "10.0.0.1", "169.254.169.254", "0", "[::1]", "[::ffff:127.0.0.1]", "[fd00::1]",
                                   "localhost", "LocalHost", "localhost.", "a.localhost", "192.168.1.1."}) {
        const std::string url = "http://" + host + ":8080/";
        EXPECT_EQ(refusal(url), "the URL leads to an address that this server does not connect to") << url;
        EXPECT_TRUE(check_url(url).has_value()) << url << " is well-formed";
        EXPECT_TRUE(check_url(url, AddressGuard(true)).has_value()) << url << " is allowed by that guard";
    }
}

}  // namespace
}  // namespace earshot::outbound
