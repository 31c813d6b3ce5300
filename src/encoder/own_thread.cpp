#include "own_thread.hpp"

#include <ctime>

namespace earshot::encoder {

double thread_cpu_seconds() noexcept {
    timespec spent{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

}  // namespace earshot::encoder
