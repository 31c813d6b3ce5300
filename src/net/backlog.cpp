#include "backlog.hpp"

#include <algorithm>

namespace earshot::net {
namespace {

constexpr int k_bytes_bits = 40;
constexpr std::uint64_t k_one_frame = std::uint64_t{1} << k_bytes_bits;
constexpr std::uint64_t k_bytes_mask = k_one_frame - 1;

bool is_at_least(std::uint64_t load, std::size_t frames, std::size_t bytes) noexcept {
    return (load >> k_bytes_bits) >= frames || (load & k_bytes_mask) >= bytes;
}

bool is_full(std::uint64_t load) noexcept {
    return is_at_least(load, Backlog::k_frames, Backlog::k_bytes);
}

bool is_half_empty(std::uint64_t load) noexcept {
    return !is_at_least(load, Backlog::k_frames / 2 + 1, Backlog::k_bytes / 2 + 1);
}

}  // namespace

thread_local Backlog::SharedItem Backlog::now_dealt_with;

Backlog::Item Backlog::add(std::size_t bytes) {
    // More than a backlog's bytes are not told apart, which keeps the sum within its bits.
    const std::uint64_t load = k_one_frame | std::min(bytes, k_bytes);
    Item item(shared_from_this(), load);
    load_ += load;
    return item;
}

bool Backlog::must_rest() noexcept {
    if (rests_) return true;
    if (!is_full(load_)) return false;
    rests_ = true;
    // What was dealt with before that was seen has woken nobody. Whoever lowers the load after this looks will see it,
    // since all of these are in one order for both threads.
    if (is_half_empty(load_)) rests_ = false;
    return rests_;
}

void Backlog::settle(std::uint64_t load) noexcept {
    const std::uint64_t left = load_ -= load;
    if (is_half_empty(left) && rests_ && rests_.exchange(false)) wake_();
}

}  // namespace earshot::net
