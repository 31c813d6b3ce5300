#pragma once

#include "earshot/base/time.hpp"

#include <optional>

namespace earshot::load {

/// Something that acts at times of its own. Whoever owns it calls `on_due` at or after `next_due`.
class Scheduled {
public:
    /// None: it is over, or has nothing more to do.
    virtual std::optional<base::MonotonicTime> next_due() const noexcept = 0;
    virtual void on_due(base::MonotonicTime now) = 0;

protected:
    ~Scheduled() = default;
};

}  // namespace earshot::load
