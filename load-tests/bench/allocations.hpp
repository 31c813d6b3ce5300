#pragma once

#include <cstdint>

namespace earshot::bench {

/// Calls of operator new in this program so far, by any thread.
std::uint64_t allocations() noexcept;

}  // namespace earshot::bench
