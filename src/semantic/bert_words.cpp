#include "bert_words.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <stdexcept>

namespace earshot::semantic {
namespace {

constexpr std::size_t k_ascii = 128;

struct AsciiPoint {
    PointKind kind;
    char lower;
};

std::array<AsciiPoint, k_ascii> make_ascii() {
    std::array<AsciiPoint, k_ascii> table{};
    for (std::size_t c = 0; c < k_ascii; ++c) {
        const auto point = static_cast<UChar32>(c);
        table[c] = {kind_of(point), static_cast<char>(u_tolower(point))};
    }
    return table;
}

const std::array<AsciiPoint, k_ascii> k_points = make_ascii();

bool is_ascii(char byte) {
    return static_cast<unsigned char>(byte) < k_ascii;
}

const AsciiPoint& ascii(char byte) {
    return k_points[static_cast<unsigned char>(byte)];
}

const icu::Normalizer2& canonical_decomposition() {
    static const icu::Normalizer2* const nfd = [] {
        UErrorCode status = U_ZERO_ERROR;
        const icu::Normalizer2* found = icu::Normalizer2::getNFDInstance(status);
        if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU has no NFD: ") + u_errorName(status));
        return found;
    }();
    return *nfd;
}

}  // namespace

bool BertWords::next() {
    while (at_ < text_.size()) {
        if (is_ascii(text_[at_])) {
            const PointKind kind = ascii(text_[at_]).kind;
            if (kind == PointKind::space || kind == PointKind::nothing) {
                ++at_;
                continue;
            }
            if (kind == PointKind::alone) {
                take_mark();
                return true;
            }
            if (take_plain()) return true;
        }
        take_any();
        if (points_ > 0) return true;
    }
    return false;
}

void BertWords::take_mark() {
    is_plain_ = true;
    bytes_[0] = text_[at_];
    size_ = points_ = 1;
    begin_ = static_cast<std::uint32_t>(at_++);
    end_ = begin_ + 1;
}

/// Takes a run of ASCII letters and digits, if nothing that follows can belong to its word.
bool BertWords::take_plain() {
    std::size_t end = at_;
    for (; end < text_.size() && is_ascii(text_[end]); ++end) {
        const AsciiPoint& point = ascii(text_[end]);
        if (point.kind != PointKind::letter) break;
        if (end - at_ < k_max_points) bytes_[end - at_] = point.lower;
    }
    if (end < text_.size() && (!is_ascii(text_[end]) || ascii(text_[end]).kind == PointKind::nothing)) return false;
    is_plain_ = true;
    size_ = points_ = end - at_;
    begin_ = static_cast<std::uint32_t>(at_);
    end_ = static_cast<std::uint32_t>(end);
    at_ = end;
    return true;
}

/// Takes the next word, whatever it consists of; none (no points) where only space is left before the next one.
void BertWords::take_any() {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text_.data());
    is_plain_ = false;
    points_ = starter_ = 0;
    while (at_ < text_.size()) {
        std::size_t next = at_;
        UChar32 point;
        U8_NEXT_OR_FFFD(bytes, next, text_.size(), point);
        const PointKind kind =
            point < static_cast<UChar32>(k_ascii) ? ascii(static_cast<char>(point)).kind : kind_of(point);
        const Place place{static_cast<std::uint32_t>(at_), static_cast<std::uint32_t>(next)};
        if (kind == PointKind::nothing) {
            at_ = next;
        } else if (kind == PointKind::space) {
            at_ = next;
            break;
        } else if (take_point(point, kind, place)) {
            break;
        }
    }
    if (points_ > 0 && !is_overlong()) encode();
}

/// Takes a point into the word; whether the word ends with it, or before it.
bool BertWords::take_point(UChar32 point, PointKind kind, Place place) {
    icu::UnicodeString decomposed;
    if (point < static_cast<UChar32>(k_ascii) || !canonical_decomposition().getDecomposition(point, decomposed)) {
        decomposed = point;
    }
    const bool stands_alone = kind == PointKind::ideogram || kind_of(decomposed.char32At(0)) == PointKind::alone;
    if (stands_alone && points_ > 0) return true;

    at_ = place.end;
    for (std::int32_t i = 0; i < decomposed.length(); i = decomposed.moveIndex32(i, 1)) {
        const UChar32 part = decomposed.char32At(i);
        if (kind_of(part) != PointKind::mark) {
            push(u_tolower(part), place);
        } else if (u_getCombiningClass(part) == 0) {
            starter_ = points_;
        }
    }
    return stands_alone;
}

/// Appends a point in canonical order: combining ones stand by their class behind what they combine with.
void BertWords::push(UChar32 point, Place place) {
    if (points_ == 0) begin_ = place.begin;
    end_ = place.end;
    if (points_ >= k_max_points) {
        ++points_;
        return;
    }
    std::size_t at = points_++;
    const std::uint8_t combining = u_getCombiningClass(point);
    if (combining == 0) {
        starter_ = points_;
    } else {
        for (; at > starter_ && u_getCombiningClass(point_[at - 1]) > combining; --at) {
            point_[at] = point_[at - 1];
            point_from_[at] = point_from_[at - 1];
        }
    }
    point_[at] = point;
    point_from_[at] = place;
}

void BertWords::encode() {
    size_ = 0;
    for (std::size_t i = 0; i < points_; ++i) {
        const std::size_t first = size_;
        U8_APPEND_UNSAFE(bytes_.data(), size_, point_[i]);
        std::fill(from_.begin() + static_cast<std::ptrdiff_t>(first),
                  from_.begin() + static_cast<std::ptrdiff_t>(size_), point_from_[i]);
    }
}

}  // namespace earshot::semantic
