#pragma once

#include "earshot/session/actions.hpp"
#include "earshot/session/replay_budget.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>

namespace earshot::session {

/// The latest final responses of a conversation, for who comes back or comes late. Bounded by its own bytes and by the
/// budget of all; the oldest go first. Owned by its conversation.
class ReplayRing {
public:
    struct Entry {
        std::uint64_t sequence;
        Frame plain;
        Frame revised;  ///< for who follows revisions; may be null where nothing is ever kept
    };

    /// `budget` outlives the ring.
    ReplayRing(std::size_t max_bytes, ReplayBudget& budget) : max_bytes_(max_bytes), budget_(budget) {}
    ~ReplayRing();
    ReplayRing(const ReplayRing&) = delete;
    ReplayRing& operator=(const ReplayRing&) = delete;

    /// Keeps a response; sequence numbers rise.
    void keep(Entry entry);

    /// False if nothing is ever kept.
    bool keeps() const noexcept { return max_bytes_ > 0; }

    /// True if every final response after `sequence` is here.
    bool reaches_back_to(std::uint64_t sequence) const noexcept { return sequence >= last_dropped_; }

    /// From the oldest on.
    const std::deque<Entry>& entries() const noexcept { return entries_; }

    std::size_t bytes() const noexcept { return bytes_; }

private:
    static std::size_t size_of(const Entry& entry) noexcept;
    void drop_oldest();

    const std::size_t max_bytes_;
    ReplayBudget& budget_;
    std::deque<Entry> entries_;
    std::size_t bytes_ = 0;
    std::uint64_t last_dropped_ = 0;  // sequence number
};

}  // namespace earshot::session
