#pragma once

#include "earshot/base/time.hpp"

#include <chrono>

namespace earshot::net {

/// The wall's time, to the millisecond as everything that is kept. Any thread.
inline base::WallTime wall_now() {
    return std::chrono::time_point_cast<base::WallTime::duration>(std::chrono::system_clock::now());
}

}  // namespace earshot::net
