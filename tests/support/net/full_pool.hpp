#pragma once

#include "earshot/net/compute_pool.hpp"

#include <future>
#include <stdexcept>

namespace earshot::testing {

/// Keeps a pool of one thread at work, and its queue full, for as long as it lives. The pool outlives it.
class FullPool {
public:
    explicit FullPool(net::ComputePool& pool) {
        // The thread must be at work before the queue is filled, or it would make room afterwards.
        std::promise<void> begun;
        const bool is_taken = pool.post([&begun, released = release_.get_future().share()] {
            begun.set_value();
            released.wait();
        });
        if (!is_taken) throw std::runtime_error("the pool is full already");
        begun.get_future().wait();
        while (pool.post([] {})) {
        }
    }
    ~FullPool() { release_.set_value(); }
    FullPool(const FullPool&) = delete;
    FullPool& operator=(const FullPool&) = delete;

private:
    std::promise<void> release_;
};

}  // namespace earshot::testing
