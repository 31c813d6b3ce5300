#include "histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace earshot::load {
namespace {

using Microseconds = std::chrono::duration<std::uint64_t, std::micro>;

// Values up to 2^11 have buckets of their own; beyond, 2^10 buckets share the values from one power of two to the next.
constexpr int k_step_bits = 10;
constexpr std::uint64_t k_linear_end = 1ULL << (k_step_bits + 1);
constexpr int k_value_bits = 36;
constexpr std::uint64_t k_last_value = (1ULL << k_value_bits) - 1;

constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
    if (value < k_linear_end) return value;
    const int shift = static_cast<int>(std::bit_width(value)) - (k_step_bits + 1);
    return (static_cast<std::size_t>(shift) << k_step_bits) + (value >> shift);
}

/// The greatest value of a bucket.
constexpr std::uint64_t bucket_end(std::size_t bucket) noexcept {
    if (bucket < k_linear_end) return bucket;
    const std::size_t shift = (bucket >> k_step_bits) - 1;
    const std::uint64_t steps = bucket - (shift << k_step_bits);
    return ((steps + 1) << shift) - 1;
}

static_assert(bucket_of(k_linear_end) == k_linear_end && bucket_end(bucket_of(k_last_value)) == k_last_value);

}  // namespace

Histogram::Histogram() : buckets_(bucket_of(k_last_value) + 1) {}

void Histogram::record(base::Duration duration) noexcept {
    duration = std::max(duration, base::Duration{});
    const auto value = std::chrono::duration_cast<Microseconds>(duration).count();
    ++buckets_[bucket_of(std::min(value, k_last_value))];
    ++count_;
    max_ = std::max(max_, duration);
}

base::Duration Histogram::quantile(double share) const noexcept {
    const auto wanted =
        static_cast<std::uint64_t>(std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
        seen += buckets_[bucket];
        if (seen == 0 || seen < wanted) continue;
        return std::min(max_, std::chrono::duration_cast<base::Duration>(Microseconds(bucket_end(bucket) + 1)));
    }
    return max_;
}

}  // namespace earshot::load
