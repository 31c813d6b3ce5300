#pragma once

#include "earshot/base/time.hpp"
#include "earshot/detect/conversation_record.hpp"

#include "connection.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>

namespace earshot::store {

/// A moment as a column holds it: milliseconds since 1970.
inline long long number_of(base::WallTime time) noexcept {
    return time.time_since_epoch().count();
}

inline base::WallTime time_of(long long number) noexcept {
    return base::WallTime(std::chrono::milliseconds(number));
}

/// A count as a statement takes it, which knows no unsigned numbers.
inline long long count_of(std::size_t count) noexcept {
    return static_cast<long long>(std::min(count, static_cast<std::size_t>(std::numeric_limits<long long>::max())));
}

/// A time that may be null, and what a statement is bound to for it.
struct NullableTime {
    long long number = 0;
    soci::indicator is_there = soci::i_null;

    void set(std::optional<base::WallTime> time) noexcept {
        number = time ? number_of(*time) : 0;
        is_there = time ? soci::i_ok : soci::i_null;
    }

    std::optional<base::WallTime> get() const noexcept {
        if (is_there != soci::i_ok) return std::nullopt;
        return time_of(number);
    }
};

/// From when to when, perhaps null.
struct NullableSpan {
    NullableTime start;
    NullableTime end;

    void set(const std::optional<detect::WallSpan>& span) noexcept {
        start.set(span ? std::optional(span->start) : std::nullopt);
        end.set(span ? std::optional(span->end) : std::nullopt);
    }

    std::optional<detect::WallSpan> get() const noexcept {
        if (!start.get() || !end.get()) return std::nullopt;
        return detect::WallSpan{*start.get(), *end.get()};
    }
};

}  // namespace earshot::store
