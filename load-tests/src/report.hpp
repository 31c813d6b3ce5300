#pragma once

#include "generator.hpp"

#include <string>

namespace earshot::load {

/// The report for a person, several lines.
std::string report_text(const LoadReport& report);

/// The same figures as one JSON object in one line. Durations are in milliseconds.
std::string report_json(const LoadReport& report);

}  // namespace earshot::load
