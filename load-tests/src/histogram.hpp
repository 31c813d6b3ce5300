#pragma once

#include "earshot/base/time.hpp"

#include <cstdint>
#include <vector>

namespace earshot::load {

/// Counts durations from 0 to about 19 hours in buckets no wider than a thousandth of their values (log-linear: 1,024
/// equal steps for each doubling), so that three digits of every quantile are right whatever its size. Recording takes
/// constant time and no memory.
class Histogram {
public:
    Histogram();

    /// Takes a duration; one below 0 counts as 0, one over the range as its end.
    void record(base::Duration duration) noexcept;

    std::uint64_t count() const noexcept { return count_; }

    /// The longest duration recorded, exactly; 0 if there is none.
    base::Duration max() const noexcept { return max_; }

    /// A duration that a `share` (0..1) of those recorded do not exceed, by nearest rank: the upper end of its bucket,
    /// so never flattering, and never above max(). 0 if there is none.
    base::Duration quantile(double share) const noexcept;

private:
    std::vector<std::uint64_t> buckets_;
    std::uint64_t count_ = 0;
    base::Duration max_{};
};

}  // namespace earshot::load
