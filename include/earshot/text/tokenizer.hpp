#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::text {

/// One word of a text: where it stands, and its normal form (equal words have equal normal forms).
struct Word {
    std::uint32_t byte_begin = 0;   ///< offset of its first byte in the text
    std::uint32_t byte_end = 0;     ///< offset behind its last byte
    std::uint32_t utf16_begin = 0;  ///< the same two positions in UTF-16 code units
    std::uint32_t utf16_end = 0;
    std::uint32_t normal_begin = 0;  ///< its normal form is WordList::normal[normal_begin, normal_begin + normal_size)
    std::uint32_t normal_size = 0;
    std::uint64_t hash = 0;  ///< base::hash_bytes of the normal form
};

/// Words with their normal forms in one arena. Reused between texts, it allocates nothing once it has grown.
struct WordList {
    std::vector<Word> words;
    std::string normal;  ///< normal forms, end to end

    std::string_view normal_form(const Word& word) const noexcept {
        return std::string_view(normal).substr(word.normal_begin, word.normal_size);
    }
    std::string_view normal_form(std::size_t index) const noexcept { return normal_form(words[index]); }
    void clear() noexcept {
        words.clear();
        normal.clear();
    }
};

/// Where in a longer text the next piece stands.
struct TextPosition {
    std::uint32_t byte = 0;
    std::uint32_t utf16 = 0;
};

/// Cuts texts into words and normalises them, by docs/words.md:
///  - words are those of UAX #29 without any library's tailoring; hyphens and dashes (Pd), `_`, `:` and `@` (with their
///    compatibility forms) always separate; U+00AD is nothing; a segment that starts with a symbol (general category S)
///    is a word of its own; in Han, Hiragana, Katakana, Thai, Lao, Khmer and Myanmar each letter or number is a word,
///    with the marks that follow it; any other segment is a word if it holds a letter or a number;
///  - the apostrophes U+0027, U+2018, U+2019 and U+FF07 are alike; the normal form is NFKC_Casefold of the word, so
///    diacritics count and letter case, width and default-ignorable characters do not.
///
/// Pieces that hold only ASCII between two white-space characters take a table-driven path without ICU; all others go
/// through ICU. Both give the same words (tested), and white space is always a boundary.
///
/// One tokenizer belongs to one thread (it owns ICU iterators and buffers); it keeps nothing between calls.
class Tokenizer {
public:
    Tokenizer();
    ~Tokenizer();
    Tokenizer(Tokenizer&&) noexcept;
    Tokenizer& operator=(Tokenizer&&) noexcept;

    /// Appends the words of `text` (well-formed UTF-8, under 2 GiB) to `out`, their positions counted from `at`.
    /// Returns the position behind `text`. Words of normal form "" (only default-ignorable characters) are left out.
    TextPosition append_words(std::string_view text, TextPosition at, WordList& out);

    /// The words of a whole text, in a list of their own.
    WordList words_of(std::string_view text);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// Feeds a text in pieces cut anywhere, even inside a UTF-8 sequence, and gives the words that the whole text has.
/// A word is given as soon as no further byte can change it, which is at the next white space, or at `finish`.
class WordStream {
public:
    /// `tokenizer` and `out` must outlive the stream. `max_pending_bytes` (at least 4): a run without white space that
    /// is longer is cut at the last code point that fits, counted from the run's start, so that memory stays bounded.
    WordStream(Tokenizer& tokenizer, WordList& out, std::size_t max_pending_bytes = 64 * 1024);

    /// Takes the next bytes. The whole of all pieces must be well-formed UTF-8.
    void feed(std::string_view piece);

    /// Ends the text: gives what was held back. The stream can then be fed another text, whose positions start at 0.
    void finish();

private:
    Tokenizer& tokenizer_;
    WordList& out_;
    std::size_t max_pending_bytes_;
    std::string pending_;
    TextPosition at_;
};

}  // namespace earshot::text
