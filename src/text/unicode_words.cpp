#include "unicode_words.hpp"

#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <span>

namespace earshot::text {

TextPosition UnicodeWords::append(std::string_view text, TextPosition at, WordList& out) {
    const std::uint32_t text_begin = at.byte;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    for (std::size_t offset = 0; offset < text.size();) {
        const std::size_t begin = offset;
        UChar32 code_point = 0;
        U8_NEXT_OR_FFFD(bytes, offset, text.size(), code_point);
        const TextPosition end{.byte = at.byte + static_cast<std::uint32_t>(offset - begin),
                               .utf16 = at.utf16 + static_cast<std::uint32_t>(U16_LENGTH(code_point))};
        const PointTraits traits = code_points_.traits(static_cast<std::uint32_t>(code_point));
        if (traits.kind == PointKind::boundary) {
            append_run(text, text_begin, out);
        } else if (traits.kind != PointKind::nothing) {
            run_.push_back({at.byte, end.byte, at.utf16, end.utf16, traits});
        }
        at = end;
    }
    append_run(text, text_begin, out);
    return at;
}

void UnicodeWords::append_run(std::string_view text, std::uint32_t text_begin, WordList& out) {
    std::span<const TextPoint> rest = run_;
    while (!rest.empty()) {
        const Segment segment = first_segment(rest);
        const TextPoint& first = rest.front();
        const TextPoint& last = rest[segment.size - 1];
        rest = rest.subspan(segment.size);
        if (!segment.is_word) continue;
        const std::size_t normal_begin = out.normal.size();
        const std::uint64_t hash = normalizer_.append(
            text.substr(first.byte_begin - text_begin, last.byte_end - first.byte_begin), out.normal);
        const std::size_t normal_size = out.normal.size() - normal_begin;
        if (normal_size == 0) continue;  // only default-ignorable letters, such as U+3164
        out.words.push_back({.byte_begin = first.byte_begin,
                             .byte_end = last.byte_end,
                             .utf16_begin = first.utf16_begin,
                             .utf16_end = last.utf16_end,
                             .normal_begin = static_cast<std::uint32_t>(normal_begin),
                             .normal_size = static_cast<std::uint32_t>(normal_size),
                             .hash = hash});
    }
    run_.clear();
}

}  // namespace earshot::text
