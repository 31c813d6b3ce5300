#pragma once

#include <cstdint>
#include <cstdlib>

namespace earshot::support {

/// A number from the environment, by which whoever runs a test sets how much of it there is; `otherwise` if there is
/// none.
inline std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

}  // namespace earshot::support
