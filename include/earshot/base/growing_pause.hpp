#pragma once

#include "earshot/base/time.hpp"

#include <algorithm>
#include <utility>

namespace earshot::base {

/// The pauses between tries of something that fails: each twice as long as the one before, up to a longest.
class GrowingPause {
public:
    constexpr GrowingPause(Duration first, Duration longest) noexcept
        : first_(first), longest_(longest), next_(first) {}

    /// The pause before the next try.
    constexpr Duration take() noexcept { return std::exchange(next_, std::min(2 * next_, longest_)); }

    /// It succeeded: what fails later begins with the first pause again.
    constexpr void reset() noexcept { next_ = first_; }

private:
    Duration first_;
    Duration longest_;
    Duration next_;
};

}  // namespace earshot::base
