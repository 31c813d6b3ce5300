#pragma once

#include "earshot/base/error.hpp"
#include "earshot/detect/tracker_definition.hpp"

#include <string>
#include <vector>

namespace earshot::app {

/// Reads a whole file. Errors: Errc::io_failed.
base::Result<std::string> read_file(const std::string& path);

/// Reads a tracker file: a JSON array of trackers or `{"trackers": […]}`. Errors: Errc::io_failed, those of
/// parse_trackers.
base::Result<std::vector<detect::TrackerDefinition>> load_trackers(const std::string& path);

/// The same of a file's content.
base::Result<std::vector<detect::TrackerDefinition>> parse_tracker_file(const std::string& content);

/// "path: message (details)", for a person.
std::string describe(const base::Error& error);

/// The same with the file before it.
std::string describe(const base::Error& error, const std::string& file);

}  // namespace earshot::app
