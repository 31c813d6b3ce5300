#include "earshot/text/tokenizer.hpp"

#include "white_space.hpp"

#include <algorithm>

namespace earshot::text {
namespace {

constexpr std::size_t k_longest_sequence = 4;

/// End of the last white-space character that ends in `text` behind `from`; `from` if there is none.
std::size_t last_white_space_end(std::string_view text, std::size_t from) noexcept {
    std::size_t end = text.size();
    while (end > from && trailing_white_space(text.substr(0, end)) == 0) --end;
    return end;
}

/// The last offset up to `offset` (inside `text`) at which a code point begins.
std::size_t code_point_begin(std::string_view text, std::size_t offset) noexcept {
    const std::size_t lowest = offset - std::min(offset, k_longest_sequence - 1);
    std::size_t begin = offset;
    while (begin > lowest && (static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80U) --begin;
    return begin;
}

}  // namespace

WordStream::WordStream(Tokenizer& tokenizer, WordList& out, std::size_t max_pending_bytes)
    : tokenizer_(tokenizer), out_(out), max_pending_bytes_(std::max(max_pending_bytes, k_longest_sequence)) {}

// What is pending never holds a complete white-space character between two calls. Where an overlong run is cut depends
// on the run alone, not on the pieces: the text is gone through in steps of max_pending_bytes_ from the run's start.
void WordStream::feed(std::string_view piece) {
    std::size_t searched = pending_.size();
    pending_ += piece;
    const std::string_view text = pending_;
    std::size_t given = 0;
    const auto give_until = [&](std::size_t end) {
        at_ = tokenizer_.append_words(text.substr(given, end - given), at_, out_);
        given = end;
        searched = std::max(searched, end);
    };
    while (text.size() - given > max_pending_bytes_) {
        const std::size_t limit = given + max_pending_bytes_;
        const std::size_t end = last_white_space_end(text.substr(0, limit), searched);
        give_until(end > searched ? end : code_point_begin(text, limit));
    }
    const std::size_t end = last_white_space_end(text, searched);
    if (end > searched) give_until(end);
    pending_.erase(0, given);
}

void WordStream::finish() {
    tokenizer_.append_words(pending_, at_, out_);
    pending_.clear();
    at_ = {};
}

}  // namespace earshot::text
