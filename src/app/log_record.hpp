#pragma once

#include "earshot/app/logging.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace spdlog {
class formatter;
}

namespace earshot::app::detail {

/// spdlog carries one text from the call to the formatter. A line's message and fields travel in it as a record: the
/// message, then for each field k_field, its name, k_value and its value as JSON. No part can hold the two separators,
/// since JSON escapes control characters and append_message() replaces them.
inline constexpr char k_field = '\x1E';
inline constexpr char k_value = '\x1F';

void append_message(std::string& record, std::string_view message);
void append_field(std::string& record, const LogField& field, bool transcripts);

/// Writes records, and plain texts that others give to spdlog, as lines. Times are UTC.
std::unique_ptr<spdlog::formatter> make_formatter(LogFormat format);

}  // namespace earshot::app::detail
