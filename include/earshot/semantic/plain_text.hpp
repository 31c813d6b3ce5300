#pragma once

#include "earshot/semantic/windows.hpp"
#include "earshot/text/tokenizer.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace earshot::semantic {

/// True if a blank stands before word `index` (not the first) in the plain text of `words`: where the text had anything
/// between it and the word before.
inline bool has_blank_before(const text::WordList& words, std::size_t index) noexcept {
    return words.words[index - 1].byte_end != words.words[index].byte_begin;
}

/// Appends the plain text of the words of `window`, which lie in `words`: what models see. It is their normal forms, a
/// blank between two that did not touch. So a vector depends on words alone, as literal hearing does: letter case and
/// punctuation, which recognisers give or not, change no score, and phrases that are equal literally are equal here.
/// Words of scripts without spaces stay together, as their readers and models expect.
void append_plain_text(const text::WordList& words, Window window, std::string& out);

/// The plain text of a phrase (valid UTF-8); empty if it holds no word.
std::string plain_text(std::string_view phrase, text::Tokenizer& tokenizer);

}  // namespace earshot::semantic
