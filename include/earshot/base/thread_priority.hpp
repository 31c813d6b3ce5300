#pragma once

namespace earshot::base {

/// Niceness of threads whose work yields to I/O threads and to literal hits, which wait for nobody.
inline constexpr int k_background_niceness = 10;

/// Lets others go first: `niceness` is added to that of the calling thread alone. Where the system refuses, the thread
/// stays as it is, which changes when its work is done, not what.
void lower_priority_of_this_thread(int niceness = k_background_niceness) noexcept;

}  // namespace earshot::base
