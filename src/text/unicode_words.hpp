#pragma once

#include "earshot/text/tokenizer.hpp"

#include "code_points.hpp"
#include "normal_form.hpp"
#include "word_boundaries.hpp"

#include <string_view>
#include <vector>

namespace earshot::text {

/// The words of any text by docs/words.md, with ICU's properties. Its memory grows with the longest run without white
/// space and separators. One thread.
class UnicodeWords {
public:
    /// Appends the words of well-formed UTF-8 `text` to `out`, their positions counted from `at`. Returns the position
    /// behind it. `text` must begin and end at white space or at an edge of the whole text.
    TextPosition append(std::string_view text, TextPosition at, WordList& out);

private:
    /// Cuts `run_` into segments, appends those that are words and empties it. `text` begins at byte `text_begin`.
    void append_run(std::string_view text, std::uint32_t text_begin, WordList& out);

    CodePoints code_points_;
    Normalizer normalizer_;
    std::vector<TextPoint> run_;
};

}  // namespace earshot::text
