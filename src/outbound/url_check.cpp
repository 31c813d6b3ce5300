#include "earshot/outbound/url_check.hpp"

#include "curl_handles.hpp"

#include <algorithm>
#include <new>
#include <string>

namespace earshot::outbound {
namespace {

using base::Errc;
using base::Error;

Error refusal(std::string message, std::string details = {}) {
    return Error{Errc::invalid_value, std::move(message), {}, std::move(details)};
}

bool is_visible_ascii(char c) {
    return c > ' ' && c < '\x7F';
}

std::string lower_case(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
}

/// What stands behind "http://" or "https://"; nothing for other URLs. libcurl also takes one slash for two, or three.
std::string_view behind_scheme(std::string_view url) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (lower_case(std::string(url.substr(0, scheme.size()))) == scheme) return url.substr(scheme.size());
    }
    return {};
}

/// The host in lower case: a name without a dot at its end, or an address without brackets, an IPv4 address in its
/// usual form whatever form it had.
base::Result<std::string> host_of(std::string_view url) {
    if (url.size() > k_longest_url) {
        return Error{
            Errc::too_large, "the URL must not be longer than " + std::to_string(k_longest_url) + " bytes", {}, {}};
    }
    if (!std::ranges::all_of(url, is_visible_ascii)) {
        return refusal("the URL may hold visible ASCII characters only, others have to be percent-encoded");
    }
    const std::string_view rest = behind_scheme(url);
    if (rest.empty() || std::string_view("/?#").find(rest.front()) != std::string_view::npos) {
        return refusal("the URL must begin with http:// or https:// and a host");
    }
    make_curl_ready();
    const UrlHandle parsed(curl_url());
    if (!parsed) throw std::bad_alloc();
    // A user and a password would be sent to whom nobody checks, and are a way to make a host look like another one.
    const CURLUcode code = curl_url_set(parsed.get(), CURLUPART_URL, std::string(url).c_str(), CURLU_DISALLOW_USER);
    if (code == CURLUE_USER_NOT_ALLOWED) return refusal("the URL must not hold a user or a password");
    if (code != CURLUE_OK) return refusal("the URL is malformed", curl_url_strerror(code));
    char* text = nullptr;
    if (curl_url_get(parsed.get(), CURLUPART_HOST, &text, 0) != CURLUE_OK) {
        return refusal("the URL must begin with http:// or https:// and a host");
    }
    std::string host = lower_case(CurlText(text).get());
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host.ends_with('.')) host.pop_back();
    if (host.empty()) return refusal("the URL must begin with http:// or https:// and a host");
    return host;
}

}  // namespace

base::Result<void> check_url(std::string_view url) {
    if (const auto host = host_of(url); !host) return host.error();
    return {};
}

base::Result<void> check_url(std::string_view url, const AddressGuard& guard) {
    const auto host = host_of(url);
    if (!host) return host.error();
    const auto address = parse_address(*host);
    const bool is_localhost = *host == "localhost" || host->ends_with(".localhost");
    if ((address && !guard.allows(*address)) || (is_localhost && !guard.allows_private())) {
        return refusal("the URL leads to an address that this server does not connect to");
    }
    return {};
}

}  // namespace earshot::outbound
