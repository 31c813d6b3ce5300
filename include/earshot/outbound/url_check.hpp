#pragma once

#include "earshot/base/error.hpp"
#include "earshot/outbound/address_guard.hpp"

#include <string_view>

namespace earshot::outbound {

inline constexpr std::size_t k_longest_url = 8 * 1024;  ///< bytes

/// Whether the server takes `url`, which somebody gave it to send something to or to fetch: http or https with a host,
/// without user and password, of at most k_longest_url visible ASCII characters. Any port. Any thread, waits for
/// nobody.
///
/// Errors: Errc::invalid_value, Errc::too_large (k_longest_url), each with a sentence for whoever gave it.
base::Result<void> check_url(std::string_view url);

/// As above; nor may it name, by address or as localhost, what `guard` refuses. A name that leads there is only found
/// out when it is used.
base::Result<void> check_url(std::string_view url, const AddressGuard& guard);

}  // namespace earshot::outbound
