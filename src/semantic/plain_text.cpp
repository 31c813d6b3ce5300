#include "earshot/semantic/plain_text.hpp"

namespace earshot::semantic {

void append_plain_text(const text::WordList& words, Window window, std::string& out) {
    for (std::uint32_t i = window.first_word; i <= window.last_word; ++i) {
        if (i > window.first_word && has_blank_before(words, i)) out += ' ';
        out += words.normal_form(i);
    }
}

std::string plain_text(std::string_view phrase, text::Tokenizer& tokenizer) {
    const text::WordList words = tokenizer.words_of(phrase);
    std::string plain;
    if (!words.words.empty()) {
        append_plain_text(words, {0, static_cast<std::uint32_t>(words.words.size() - 1)}, plain);
    }
    return plain;
}

}  // namespace earshot::semantic
