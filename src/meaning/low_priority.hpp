#pragma once

#include <sys/resource.h>
#include <unistd.h>

namespace earshot::meaning {

/// Work by meaning yields to I/O threads and to literal hits, which wait for nobody.
inline void lower_priority_of_this_thread() noexcept {
    constexpr int k_nice = 10;
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), k_nice);  // a failure changes when, not what
}

}  // namespace earshot::meaning
