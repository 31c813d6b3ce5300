#pragma once

#include "earshot/base/hash.hpp"
#include "earshot/text/tokenizer.hpp"

#include <string_view>

namespace earshot::support {

/// Appends `normal_form` to `list` as a word; its positions in a text stay 0.
inline void append_word(std::string_view normal_form, text::WordList& list) {
    text::Word word;
    word.normal_begin = static_cast<std::uint32_t>(list.normal.size());
    word.normal_size = static_cast<std::uint32_t>(normal_form.size());
    word.hash = base::hash_bytes(normal_form);
    list.words.push_back(word);
    list.normal += normal_form;
}

/// The words of `normal_forms`, which stand with one blank between: no tokenizer takes part.
inline text::WordList word_list(std::string_view normal_forms) {
    text::WordList list;
    while (!normal_forms.empty()) {
        const std::string_view word = normal_forms.substr(0, normal_forms.find(' '));
        append_word(word, list);
        normal_forms.remove_prefix(word.size() < normal_forms.size() ? word.size() + 1 : word.size());
    }
    return list;
}

}  // namespace earshot::support
