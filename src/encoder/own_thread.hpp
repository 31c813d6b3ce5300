#pragma once

namespace earshot::encoder {

/// CPU time that the calling thread has taken.
double thread_cpu_seconds() noexcept;

}  // namespace earshot::encoder
