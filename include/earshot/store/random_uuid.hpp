#pragma once

#include <string>

namespace earshot::store {

/// A new lower-case UUID (36 characters) of the system's generator. Any thread.
std::string random_uuid();

}  // namespace earshot::store
