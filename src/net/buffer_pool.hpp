#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace earshot::net {

/// Buffers that a thread's connections use in turn, so that idle connections hold none. One thread.
class BufferPool {
public:
    /// An empty buffer; the one that was given back last, whose memory is still in the cache.
    std::string take() {
        if (spare_.empty()) return {};
        std::string buffer = std::move(spare_.back());
        spare_.pop_back();
        return buffer;
    }

    /// Gives a buffer back, whatever it holds.
    void give(std::string buffer) {
        if (spare_.size() >= k_most_buffers || buffer.capacity() > k_most_bytes) return;
        buffer.clear();
        spare_.push_back(std::move(buffer));
    }

private:
    static constexpr std::size_t k_most_buffers = 64;
    static constexpr std::size_t k_most_bytes = 128 * 1024;
    std::vector<std::string> spare_;
};

}  // namespace earshot::net
