// Input: a line whose bytes are the sizes of pieces (repeated to the end of the text), then the text. Bytes that are no
// UTF-8 are left out, since callers have checked that. Must hold: the pieces give the words of the whole text, in order
// and inside it, with and without a limit on what is pending; a text of ASCII has the same words without its fast path.
#include "earshot/base/hash.hpp"
#include "earshot/text/tokenizer.hpp"
#include "earshot/text/utf8.hpp"

#include "../../src/text/unicode_words.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <tuple>

namespace {

using namespace earshot;

constexpr std::size_t k_max_text_bytes = 64 * 1024;  // as much as a stream holds back; longer inputs only cost time
constexpr std::size_t k_short_limit = 12;

void require(bool holds) {
    if (!holds) std::abort();
}

std::string without_malformed_bytes(std::string_view bytes) {
    std::string text;
    while (const auto invalid = text::find_invalid_utf8(bytes)) {
        text += bytes.substr(0, *invalid);
        bytes.remove_prefix(*invalid + 1);
    }
    return text += bytes;
}

bool are_equal(const text::WordList& left, const text::WordList& right) {
    const auto fields = [](const text::Word& word) {
        return std::tuple(word.byte_begin, word.byte_end, word.utf16_begin, word.utf16_end, word.normal_begin,
                          word.normal_size, word.hash);
    };
    return left.normal == right.normal && std::ranges::equal(left.words, right.words, {}, fields, fields);
}

text::WordList streamed(text::Tokenizer& tokenizer, std::string_view text, std::string_view sizes, std::size_t limit) {
    text::WordList list;
    text::WordStream stream(tokenizer, list, limit);
    for (std::size_t i = 0; !text.empty(); ++i) {
        const std::size_t wanted = sizes.empty() ? text.size() : static_cast<unsigned char>(sizes[i % sizes.size()]);
        const std::size_t size = std::min(text.size(), std::max<std::size_t>(wanted, 1));
        stream.feed(text.substr(0, size));
        text.remove_prefix(size);
    }
    stream.finish();
    return list;
}

void check_positions(std::string_view text, const text::WordList& list) {
    std::uint32_t byte_end = 0;
    std::uint32_t utf16_end = 0;
    for (const text::Word& word : list.words) {
        require(word.byte_begin >= byte_end && word.byte_end > word.byte_begin && word.byte_end <= text.size());
        require(word.utf16_begin == utf16_end + text::utf16_length(text.substr(byte_end, word.byte_begin - byte_end)));
        const std::string_view cut = text.substr(word.byte_begin, word.byte_end - word.byte_begin);
        require(word.utf16_end == word.utf16_begin + text::utf16_length(cut));
        require(word.normal_size > 0 && word.hash == base::hash_bytes(list.normal_form(word)));
        byte_end = word.byte_end;
        utf16_end = word.utf16_end;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static text::Tokenizer tokenizer;
    static text::UnicodeWords unicode_words;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::string_view sizes = input.substr(0, input.find('\n'));
    const std::string text =
        without_malformed_bytes(input.substr(std::min(sizes.size() + 1, size)).substr(0, k_max_text_bytes));

    const text::WordList whole = tokenizer.words_of(text);
    check_positions(text, whole);
    require(are_equal(streamed(tokenizer, text, sizes, k_max_text_bytes), whole));
    require(are_equal(streamed(tokenizer, text, sizes, k_short_limit), streamed(tokenizer, text, {}, k_short_limit)));

    text::WordList without_fast_path;
    unicode_words.append(text, {}, without_fast_path);
    require(are_equal(without_fast_path, whole));
    return 0;
}
