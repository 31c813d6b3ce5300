#include "earshot/base/thread_priority.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/resource.h>
#include <unistd.h>

namespace earshot::base {

void lower_priority_of_this_thread(int niceness) noexcept {
    constexpr int k_lowest = 19;
    const auto thread = static_cast<id_t>(::gettid());  // Linux has priorities of threads, whatever POSIX says
    errno = 0;
    const int now = ::getpriority(PRIO_PROCESS, thread);
    if (errno == 0) ::setpriority(PRIO_PROCESS, thread, std::min(now + niceness, k_lowest));
}

}  // namespace earshot::base
