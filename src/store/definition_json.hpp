#pragma once

#include "earshot/base/error.hpp"
#include "earshot/detect/tracker_definition.hpp"

#include <simdjson.h>

#include <string>
#include <string_view>

namespace earshot::store {

/// `tracker` as JSON, but for its id and name, which have columns of their own. Errors, with a path that begins with
/// `path`: Errc::invalid_utf8, Errc::invalid_value (a number that is not finite).
base::Result<std::string> write_definition(const detect::TrackerDefinition& tracker, const std::string& path);

/// Reads what write_definition wrote. Belongs to one thread.
class DefinitionReader {
public:
    /// Errors: Errc::io_failed, if this is not what write_definition writes; members that it does not know are ignored.
    base::Result<detect::TrackerDefinition> read(std::string_view json);

private:
    simdjson::dom::parser parser_;
};

}  // namespace earshot::store
