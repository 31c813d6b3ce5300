#pragma once

#include "earshot/base/error.hpp"
#include "earshot/detect/conversation_record.hpp"
#include "earshot/proto/json_writer.hpp"

#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

namespace earshot::store {

/// `[["word", start, end, confidence], …]`, null where a number is not known; nothing for no words. The texts are
/// UTF-8.
std::string write_words(const std::vector<detect::TimedWord>& words);
void write_words(proto::JsonWriter& writer, const std::vector<detect::TimedWord>& words);

/// `[["message", begin, end, start, end], …]`, the times in milliseconds since 1970 or null.
std::string write_parts(const std::vector<detect::HitPartRecord>& parts);
void write_parts(proto::JsonWriter& writer, const std::vector<detect::HitPartRecord>& parts);

/// Read what the functions above wrote. Throw simdjson::simdjson_error where something is not of the type that is
/// written.
std::vector<detect::TimedWord> words_of(simdjson::dom::array array);
std::vector<detect::HitPartRecord> parts_of(simdjson::dom::array array);

/// The same for texts. Belongs to one thread. Errors: Errc::io_failed, if this is not what they
/// write; further elements are ignored.
class RecordReader {
public:
    base::Result<std::vector<detect::TimedWord>> read_words(std::string_view json);
    base::Result<std::vector<detect::HitPartRecord>> read_parts(std::string_view json);

private:
    simdjson::dom::parser parser_;
};

}  // namespace earshot::store
