#pragma once

#include "earshot/base/time.hpp"

#include <optional>
#include <string_view>

namespace earshot::proto {

/// Seconds as digits, perhaps with a fraction: without a sign or an exponent. None: it is no such number.
std::optional<double> parse_seconds(std::string_view text);

/// The moment `seconds` after the begin of 1970, to the millisecond; none before it and after the year 9999.
std::optional<base::WallTime> to_wall_time(double seconds);

}  // namespace earshot::proto
