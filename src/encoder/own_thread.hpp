#pragma once

namespace earshot::encoder {

/// Lets all others go first: `niceness` is added to that of the calling thread alone. Where the system refuses, the
/// thread stays as it is.
void lower_priority(int niceness) noexcept;

/// CPU time that the calling thread has taken.
double thread_cpu_seconds() noexcept;

}  // namespace earshot::encoder
