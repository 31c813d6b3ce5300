#pragma once

#include "earshot/base/error.hpp"
#include "earshot/detect/conversation_record.hpp"

#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

namespace earshot::store {

/// `[["word", start, end, confidence], …]`, null where a number is not known; nothing for no words. The texts are
/// UTF-8.
std::string write_words(const std::vector<detect::TimedWord>& words);

/// `[["message", begin, end, start, end], …]`, the times in milliseconds since 1970 or null.
std::string write_parts(const std::vector<detect::HitPartRecord>& parts);

/// Reads what the functions above wrote. Belongs to one thread. Errors: Errc::io_failed, if this is not what they
/// write; further elements are ignored.
class RecordReader {
public:
    base::Result<std::vector<detect::TimedWord>> read_words(std::string_view json);
    base::Result<std::vector<detect::HitPartRecord>> read_parts(std::string_view json);

private:
    simdjson::dom::parser parser_;
};

}  // namespace earshot::store
