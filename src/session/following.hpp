#pragma once

#include "earshot/base/error.hpp"
#include "earshot/base/growing_pause.hpp"
#include "earshot/base/time.hpp"

#include <chrono>
#include <optional>
#include <utility>

namespace earshot::session {

/// When the stored trackers that a publisher follows are to be worked out for it: at once when they have changed, after
/// growing pauses where that failed for a reason that passes, and where they were refused for one that lasts, after a
/// change of its own, which may have made room. A value of its participant.
class Following {
public:
    /// They are others now.
    void changed() noexcept {
        is_due_ = has_changed_ = true;
        again_.reset();
    }

    /// The publisher's own change is in force.
    void changed_itself() noexcept { is_due_ |= refusal_.has_value(); }

    bool is_due() const noexcept { return is_due_; }

    /// Nothing is asked for any more.
    void forget() noexcept {
        is_due_ = has_changed_ = false;
        refusal_.reset();
        again_.reset();
        pause_.reset();
    }

    /// True if they are to be worked out now: then the caller does, and says how that ended.
    bool begin() noexcept {
        if (!std::exchange(is_due_, false)) return false;
        if (std::exchange(has_changed_, false)) refusal_.reset();
        again_.reset();
        return true;
    }

    void succeeded() noexcept {
        refusal_.reset();
        pause_.reset();
    }

    /// They cannot be in force, and waiting does not help. True if the publisher does not know that yet.
    bool refused(const base::Error& error) {
        pause_.reset();
        return std::exchange(refusal_, error) != error;
    }

    /// To be tried again. `share`, from 0 to 1: by how much of the pause that is later, so that those who failed
    /// together (a change concerns all sessions of an account) do not all come back together.
    void failed(base::MonotonicTime now, double share) noexcept {
        again_ = now + base::from_seconds(base::to_seconds(pause_.take()) * (1 + share));
    }

    /// To be called at or after `deadline`.
    void on_time(base::MonotonicTime now) noexcept {
        if (!again_ || *again_ > now) return;
        again_.reset();
        is_due_ = true;
    }
    std::optional<base::MonotonicTime> deadline() const noexcept { return again_; }

private:
    bool is_due_ = false;
    bool has_changed_ = false;            // since they were asked for
    std::optional<base::Error> refusal_;  // of what was asked for last, which the publisher knows
    std::optional<base::MonotonicTime> again_;
    base::GrowingPause pause_{std::chrono::milliseconds(250), std::chrono::seconds(4)};
};

}  // namespace earshot::session
