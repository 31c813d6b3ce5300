#include "bert_points.hpp"

#include <unicode/uchar.h>

#include <optional>

namespace earshot::semantic {
namespace {

bool is_newer_than_the_reference(UChar32 code_point) {
    constexpr std::uint8_t k_version = 8;
    UVersionInfo age;
    u_charAge(code_point, age);
    return age[0] > k_version;
}

/// The blocks of Han that the reference names; those that came after them are letters.
bool is_ideogram(UChar32 c) {
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x20000 && c <= 0x2A6DF) ||
           (c >= 0x2A700 && c <= 0x2B73F) || (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B920 && c <= 0x2CEAF) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

bool is_ascii_symbol(UChar32 c) {
    return c == '$' || c == '+' || c == '<' || c == '=' || c == '>' || c == '^' || c == '`' || c == '|' || c == '~';
}

/// What has changed its category since Unicode 8.
std::optional<PointKind> former_kind(UChar32 c) {
    switch (c) {
        case 0x166D:   // Canadian syllabics chi sign
        case 0x111C9:  // Sharada sandhi mark
            return PointKind::alone;
        case 0x1734:  // Hanunoo sign pamudpod
            return PointKind::mark;
        case 0x1885:  // Mongolian letters baluda
        case 0x1886:
        case 0xA9BD:  // Javanese consonant sign keret
            return PointKind::letter;
        default:
            return std::nullopt;
    }
}

}  // namespace

PointKind kind_of(UChar32 code_point) {
    if (is_ideogram(code_point)) return PointKind::ideogram;
    if (code_point == '\t' || code_point == '\n' || code_point == '\r') return PointKind::space;
    if (code_point == 0xFFFD) return PointKind::nothing;
    const std::uint32_t category = U_GET_GC_MASK(code_point);
    if ((category & (U_GC_CN_MASK | U_GC_L_MASK | U_GC_N_MASK)) != 0) return PointKind::letter;
    if (is_newer_than_the_reference(code_point)) return PointKind::letter;
    if (const auto former = former_kind(code_point)) return *former;
    if ((category & U_GC_Z_MASK) != 0) return PointKind::space;
    if ((category & (U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK | U_GC_CS_MASK)) != 0) return PointKind::nothing;
    if ((category & U_GC_P_MASK) != 0 || is_ascii_symbol(code_point)) return PointKind::alone;
    return (category & U_GC_MN_MASK) != 0 ? PointKind::mark : PointKind::letter;
}

}  // namespace earshot::semantic
