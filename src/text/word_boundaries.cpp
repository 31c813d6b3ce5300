// The rules WB3c to WB16 of UAX #29 (their numbers stand where they apply) on runs without white space and separators,
// so that WB1 to WB3d have nothing left to do, and without Katakana (WB13), which is cut into clusters.
#include "word_boundaries.hpp"

namespace earshot::text {
namespace {

bool is_skipped(PointKind kind) noexcept {
    return kind == PointKind::ignorable || kind == PointKind::zwj;
}

bool is_symbol(PointKind kind) noexcept {
    return kind == PointKind::symbol || kind == PointKind::regional_indicator;
}

bool is_letter(PointKind kind) noexcept {
    return kind == PointKind::letter || kind == PointKind::hebrew_letter;
}

bool is_letter_or_number(PointKind kind) noexcept {
    return is_letter(kind) || kind == PointKind::numeric;
}

bool is_mid_num_let_or_quote(PointKind kind) noexcept {
    return kind == PointKind::mid_num_let || kind == PointKind::single_quote;
}

bool joins_letters(PointKind kind) noexcept {
    return kind == PointKind::mid_letter || is_mid_num_let_or_quote(kind);
}

bool joins_numbers(PointKind kind) noexcept {
    return kind == PointKind::mid_num || is_mid_num_let_or_quote(kind);
}

/// WB5, WB8 to WB10, WB13a and WB13b: `left` and `right` belong together whatever follows.
bool joins_pair(PointKind left, PointKind right) noexcept {
    const bool from = is_letter_or_number(left) || left == PointKind::extend_num_let;
    const bool to = is_letter_or_number(right) || right == PointKind::extend_num_let;
    return from && to;
}

/// WB6, WB7, WB7b, WB7c, WB11 and WB12: `middle` belongs to what is on both of its sides.
bool joins_across(PointKind left, PointKind middle, PointKind right) noexcept {
    if (is_letter(left) && joins_letters(middle) && is_letter(right)) return true;
    if (left == PointKind::numeric && joins_numbers(middle) && right == PointKind::numeric) return true;
    return left == PointKind::hebrew_letter && middle == PointKind::double_quote && right == PointKind::hebrew_letter;
}

/// WB4: the first code point at or behind `index` that is not skipped.
std::size_t next_significant(std::span<const TextPoint> run, std::size_t index) noexcept {
    while (index < run.size() && is_skipped(run[index].traits.kind)) ++index;
    return index;
}

/// WB3c: a pictograph belongs to the ZWJ before it.
bool is_joined_pictograph(std::span<const TextPoint> run, std::size_t index) noexcept {
    return run[index].traits.is_pictograph && run[index - 1].traits.kind == PointKind::zwj;
}

/// A symbol with its marks, emoji modifiers and the emoji that ZWJs join to it; of regional indicators a pair.
std::size_t symbol_size(std::span<const TextPoint> run) noexcept {
    std::size_t end = 1;
    if (run[0].traits.kind == PointKind::regional_indicator) {
        const std::size_t next = next_significant(run, 1);
        if (next < run.size() && run[next].traits.kind == PointKind::regional_indicator) end = next + 1;  // WB15, WB16
    }
    for (; end < run.size(); ++end) {
        const PointTraits& traits = run[end].traits;
        const bool is_modifier = is_symbol(traits.kind) && traits.goes_on;
        if (!is_skipped(traits.kind) && !is_modifier && !is_joined_pictograph(run, end)) break;
    }
    return end;
}

std::size_t cluster_size(std::span<const TextPoint> run) noexcept {
    std::size_t end = 1;
    for (; end < run.size(); ++end) {
        const PointTraits& traits = run[end].traits;
        const bool is_mark = traits.kind == PointKind::cluster && traits.goes_on;
        if (!is_skipped(traits.kind) && !is_mark) break;
    }
    return end;
}

Segment plain_segment(std::span<const TextPoint> run) noexcept {
    PointKind left = is_skipped(run[0].traits.kind) ? PointKind::other : run[0].traits.kind;
    Segment segment{.size = 1, .is_word = run[0].traits.makes_word};
    while (segment.size < run.size()) {
        const std::size_t at = segment.size;
        const PointTraits& traits = run[at].traits;
        std::size_t taken = 0;
        if (is_symbol(traits.kind) || traits.kind == PointKind::cluster) break;
        if (is_skipped(traits.kind)) {
            taken = at;
        } else if (is_joined_pictograph(run, at) || joins_pair(left, traits.kind)) {
            taken = at;
            left = traits.kind;
        } else if (const std::size_t next = next_significant(run, at + 1);
                   next < run.size() && joins_across(left, traits.kind, run[next].traits.kind)) {
            taken = next;
            left = run[next].traits.kind;
        } else if (left == PointKind::hebrew_letter && traits.kind == PointKind::single_quote) {
            taken = at;  // WB7a
            left = traits.kind;
        } else {
            break;
        }
        for (; segment.size <= taken; ++segment.size) segment.is_word |= run[segment.size].traits.makes_word;
    }
    return segment;
}

}  // namespace

Segment first_segment(std::span<const TextPoint> run) noexcept {
    const PointKind kind = run[0].traits.kind;
    if (is_symbol(kind)) return {.size = symbol_size(run), .is_word = true};
    if (kind == PointKind::cluster) return {.size = cluster_size(run), .is_word = true};
    return plain_segment(run);
}

}  // namespace earshot::text
