#pragma once

#include "earshot/base/error.hpp"

#include "backend.hpp"

#include <functional>
#include <optional>

namespace earshot::store {

/// Connects and brings the schema up to date. Where another server is in the way, which may have been started at the
/// same time, `pause` is called before each further try; false: there is none. Errors: Errc::io_failed,
/// Errc::store_away.
std::optional<base::Error> prepare_schema(const Backend& backend, const std::function<bool()>& pause);

}  // namespace earshot::store
