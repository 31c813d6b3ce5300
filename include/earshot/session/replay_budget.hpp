#pragma once

#include <atomic>
#include <cstddef>

namespace earshot::session {

/// Bytes that all conversations of a server together may keep for replay. Any thread.
class ReplayBudget {
public:
    explicit ReplayBudget(std::size_t max_bytes) noexcept : max_bytes_(max_bytes) {}

    /// Takes `bytes`, or nothing if they are not left.
    bool take(std::size_t bytes) noexcept {
        std::size_t used = used_.load(std::memory_order_relaxed);
        do {
            if (bytes > max_bytes_ - used) return false;
        } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
        return true;
    }

    void give(std::size_t bytes) noexcept { used_.fetch_sub(bytes, std::memory_order_relaxed); }

    std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }

private:
    const std::size_t max_bytes_;
    std::atomic<std::size_t> used_ = 0;
};

}  // namespace earshot::session
