#include "availability.hpp"

namespace earshot::store {

void Availability::succeeded() noexcept {
    is_reachable_ = true;
    next_probe_.reset();
    pause_.reset();
}

void Availability::failed(base::MonotonicTime now) noexcept {
    is_reachable_ = false;
    next_probe_ = now + pause_.take();
}

bool Availability::begin_probe(base::MonotonicTime now) noexcept {
    if (!next_probe_ || now < *next_probe_) return false;
    next_probe_.reset();
    return true;
}

}  // namespace earshot::store
