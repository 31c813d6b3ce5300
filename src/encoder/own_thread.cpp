#include "own_thread.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <sys/resource.h>
#include <unistd.h>

namespace earshot::encoder {

void lower_priority(int niceness) noexcept {
    constexpr int k_lowest = 19;
    const auto thread = static_cast<id_t>(::gettid());  // Linux has priorities of threads, whatever POSIX says
    errno = 0;
    const int now = ::getpriority(PRIO_PROCESS, thread);
    if (errno == 0) ::setpriority(PRIO_PROCESS, thread, std::min(now + niceness, k_lowest));
}

double thread_cpu_seconds() noexcept {
    timespec spent{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

}  // namespace earshot::encoder
