#pragma once

#include <cstddef>

namespace earshot::app {

/// Lets this process have as many files and sockets open as the system allows it at most (the soft limit becomes the
/// hard one), and returns how many these are. Many systems begin with 1,024. Any thread; for the whole process.
std::size_t raise_descriptor_limit() noexcept;

}  // namespace earshot::app
