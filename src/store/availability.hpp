#pragma once

#include "earshot/base/growing_pause.hpp"
#include "earshot/base/time.hpp"

#include <optional>

namespace earshot::store {

/// Whether the database can be reached, and when to look for one that cannot. Guarded by the mutex of its owner; time
/// is an argument.
class Availability {
public:
    Availability(base::Duration first_pause, base::Duration longest_pause) : pause_(first_pause, longest_pause) {}

    bool is_reachable() const noexcept { return is_reachable_; }

    void succeeded() noexcept;
    void failed(base::MonotonicTime now) noexcept;

    /// When somebody should look for it; none while it is reachable or somebody is looking.
    std::optional<base::MonotonicTime> next_probe() const noexcept { return next_probe_; }

    /// True if it is time to look for it: then the caller does, and says `succeeded` or `failed`.
    bool begin_probe(base::MonotonicTime now) noexcept;

private:
    base::GrowingPause pause_;  ///< before the next probe
    bool is_reachable_ = true;
    std::optional<base::MonotonicTime> next_probe_;
};

}  // namespace earshot::store
