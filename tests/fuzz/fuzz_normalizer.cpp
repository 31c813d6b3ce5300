// Input: bytes. Must hold: a normal form is well-formed UTF-8, at most k_max_growth times as long, and normalising it
// changes nothing; each word of the text, cut out by its position, is that one word again with the same normal form.
#include "earshot/base/hash.hpp"
#include "earshot/text/tokenizer.hpp"
#include "earshot/text/utf8.hpp"

#include "../../src/text/normal_form.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace earshot;

constexpr std::size_t k_max_text_bytes = 16 * 1024;  // the largest chunk; each of its words is tokenised again
constexpr std::size_t k_max_growth = 11;             // U+FDFA: 3 bytes become 33

void require(bool holds) {
    if (!holds) std::abort();
}

std::string normalised(std::string_view word) {
    static text::Normalizer normalizer;
    std::string out;
    require(normalizer.append(word, out) == base::hash_bytes(out));
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static text::Tokenizer tokenizer;
    std::string_view text(reinterpret_cast<const char*>(data), size);
    text = text.substr(0, k_max_text_bytes);
    if (const auto invalid = text::find_invalid_utf8(text)) text = text.substr(0, *invalid);

    const std::string once = normalised(text);
    require(!text::find_invalid_utf8(once));
    require(once.size() <= k_max_growth * text.size());
    require(normalised(once) == once);

    const text::WordList list = tokenizer.words_of(text);
    for (const text::Word& word : list.words) {
        const std::string_view cut = text.substr(word.byte_begin, word.byte_end - word.byte_begin);
        require(normalised(cut) == list.normal_form(word));
        const text::WordList alone = tokenizer.words_of(cut);
        require(alone.words.size() == 1 && alone.words[0].byte_begin == 0 && alone.words[0].byte_end == cut.size());
        require(alone.normal_form(0) == list.normal_form(word));
    }
    return 0;
}
