#pragma once

#include "earshot/base/error.hpp"

#include <functional>

namespace earshot::store {

/// What an operation ends with. Called exactly once, on a thread of the store, which it must not hold up; or at once,
/// on the caller's, where nothing was begun (Errc::queue_full, Errc::store_away). It does not throw.
template <typename T>
using Done = std::function<void(base::Result<T>)>;

}  // namespace earshot::store
