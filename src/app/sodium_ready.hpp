#pragma once

#include <sodium.h>

#include <cstdlib>

namespace earshot::app::detail {

/// What libsodium asks for before anything else is called. Any thread, any number of times.
inline void make_sodium_ready() {
    static const bool is_ready = sodium_init() >= 0;
    if (!is_ready) std::abort();  // the system has no randomness
}

}  // namespace earshot::app::detail
