#include "earshot/text/tokenizer.hpp"

#include "ascii_fold.hpp"
#include "ascii_words.hpp"
#include "unicode_words.hpp"
#include "white_space.hpp"

namespace earshot::text {
namespace {

std::size_t run_begin(std::string_view text, std::size_t lowest, std::size_t offset) noexcept {
    while (offset > lowest && !is_ascii_white_space(text[offset - 1])) --offset;
    return offset;
}

std::size_t run_end(std::string_view text, std::size_t offset) noexcept {
    while (offset < text.size() && !is_ascii_white_space(text[offset])) ++offset;
    return offset;
}

}  // namespace

class Tokenizer::Impl {
public:
    TextPosition append_words(std::string_view text, TextPosition at, WordList& out) {
        std::size_t offset = 0;
        while (offset < text.size()) {
            const std::size_t non_ascii = find_non_ascii(text, offset);
            const std::size_t begin = non_ascii == text.size() ? non_ascii : run_begin(text, offset, non_ascii);
            append_ascii_words(text.substr(offset, begin - offset), at, out);
            at.byte += static_cast<std::uint32_t>(begin - offset);
            at.utf16 += static_cast<std::uint32_t>(begin - offset);
            offset = run_end(text, non_ascii);
            at = unicode_words_.append(text.substr(begin, offset - begin), at, out);
        }
        return at;
    }

private:
    UnicodeWords unicode_words_;
};

Tokenizer::Tokenizer() : impl_(std::make_unique<Impl>()) {}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

TextPosition Tokenizer::append_words(std::string_view text, TextPosition at, WordList& out) {
    return impl_->append_words(text, at, out);
}

WordList Tokenizer::words_of(std::string_view text) {
    WordList list;
    append_words(text, {}, list);
    return list;
}

}  // namespace earshot::text
