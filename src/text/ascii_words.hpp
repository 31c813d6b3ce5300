#pragma once

#include "earshot/text/tokenizer.hpp"

#include <string_view>

namespace earshot::text {

/// Appends the words of ASCII `text` to `out`, their positions counted from `at`: the rules of docs/words.md where only
/// ASCII occurs, by one table and without ICU. `text` must begin and end at white space or at an edge of the whole
/// text. Bytes above 0x7F must not occur. Needs no state: any thread.
void append_ascii_words(std::string_view text, TextPosition at, WordList& out);

}  // namespace earshot::text
