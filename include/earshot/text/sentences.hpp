#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace earshot::text {

/// One sentence of a text, without white space at its ends.
struct Sentence {
    std::uint32_t byte_begin = 0;
    std::uint32_t byte_end = 0;
    std::uint32_t utf16_begin = 0;
    std::uint32_t utf16_end = 0;
    friend bool operator==(const Sentence&, const Sentence&) = default;
};

/// Cuts texts into sentences by ICU's sentence rules for a language, held back at its abbreviations ("Dr." ends none).
/// One splitter belongs to one thread. Iterators are made at the first use of a language and kept (at most 64
/// languages, then the oldest goes).
class SentenceSplitter {
public:
    SentenceSplitter();
    ~SentenceSplitter();
    SentenceSplitter(SentenceSplitter&&) noexcept;
    SentenceSplitter& operator=(SentenceSplitter&&) noexcept;

    /// The sentences of `text` (well-formed UTF-8) in `language` (BCP 47; an unknown one gives the root rules), in
    /// order, without those that hold only white space. The view lives until the next call.
    const std::vector<Sentence>& split(std::string_view text, std::string_view language);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::text
