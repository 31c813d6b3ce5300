#include "replay_ring.hpp"

#include <utility>

namespace earshot::session {

ReplayRing::~ReplayRing() {
    budget_.give(bytes_);
}

std::size_t ReplayRing::size_of(const Entry& entry) noexcept {
    // A frame that is there in one form alone is shared by both.
    const bool has_two = entry.revised && entry.revised != entry.plain;
    return sizeof(Entry) + entry.plain->capacity() + (has_two ? entry.revised->capacity() : 0);
}

void ReplayRing::keep(Entry entry) {
    const std::size_t size = size_of(entry);
    while (!entries_.empty() && bytes_ + size > max_bytes_) drop_oldest();
    bool is_taken = size <= max_bytes_ && budget_.take(size);
    while (!is_taken && size <= max_bytes_ && !entries_.empty()) {
        drop_oldest();
        is_taken = budget_.take(size);
    }
    if (!is_taken) {
        last_dropped_ = entry.sequence;
        return;
    }
    bytes_ += size;
    entries_.push_back(std::move(entry));
}

void ReplayRing::drop_oldest() {
    const std::size_t size = size_of(entries_.front());
    last_dropped_ = entries_.front().sequence;
    entries_.pop_front();
    bytes_ -= size;
    budget_.give(size);
}

}  // namespace earshot::session
