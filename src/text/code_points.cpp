#include "code_points.hpp"

#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace earshot::text {
namespace {

bool is_written_without_spaces(UChar32 code_point) {
    constexpr std::array scripts{USCRIPT_HAN, USCRIPT_HIRAGANA, USCRIPT_KATAKANA, USCRIPT_THAI,
                                 USCRIPT_LAO, USCRIPT_KHMER,    USCRIPT_MYANMAR};
    return std::ranges::any_of(scripts, [&](UScriptCode script) { return uscript_hasScript(code_point, script) != 0; });
}

PointKind kind_of_word_break(int word_break) {
    switch (word_break) {
        case U_WB_ALETTER:
            return PointKind::letter;
        case U_WB_HEBREW_LETTER:
            return PointKind::hebrew_letter;
        case U_WB_NUMERIC:
            return PointKind::numeric;
        case U_WB_EXTENDNUMLET:
            return PointKind::extend_num_let;
        case U_WB_MIDLETTER:
            return PointKind::mid_letter;
        case U_WB_MIDNUM:
            return PointKind::mid_num;
        case U_WB_MIDNUMLET:
            return PointKind::mid_num_let;
        case U_WB_DOUBLE_QUOTE:
            return PointKind::double_quote;
        case U_WB_EXTEND:
        case U_WB_FORMAT:
            return PointKind::ignorable;
        case U_WB_ZWJ:
            return PointKind::zwj;
        default:  // Katakana too: each of its code points is a cluster, a symbol or a separator (tested)
            return PointKind::other;
    }
}

}  // namespace

CodePoints::CodePoints() {
    UErrorCode status = U_ZERO_ERROR;
    nfkc_ = icu::Normalizer2::getNFKCInstance(status);
    if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU has no NFKC: ") + u_errorName(status));
}

bool CodePoints::is_separator(std::int32_t code_point) const {
    icu::UnicodeString decomposed;
    if (nfkc_->getDecomposition(code_point, decomposed)) {
        if (decomposed.countChar32() != 1) return false;
        code_point = decomposed.char32At(0);
    }
    return u_charType(code_point) == U_DASH_PUNCTUATION || code_point == '_' || code_point == ':' || code_point == '@';
}

PointTraits CodePoints::look_up(std::uint32_t value) const {
    const auto code_point = static_cast<UChar32>(value);
    if (code_point == 0xAD) return {.kind = PointKind::nothing};
    if (code_point == '\'' || code_point == 0x2018 || code_point == 0x2019 || code_point == 0xFF07) {
        return {.kind = PointKind::single_quote};
    }
    const std::uint32_t category = U_GET_GC_MASK(code_point);
    if (u_isUWhiteSpace(code_point) || (category & U_GC_PD_MASK) != 0 || is_separator(code_point)) {
        return {.kind = PointKind::boundary};
    }
    const int word_break = u_getIntPropertyValue(code_point, UCHAR_WORD_BREAK);
    PointTraits traits{.kind = kind_of_word_break(word_break),
                       .makes_word = (category & (U_GC_L_MASK | U_GC_N_MASK)) != 0,
                       .is_pictograph = u_hasBinaryProperty(code_point, UCHAR_EXTENDED_PICTOGRAPHIC) != 0};
    if ((category & U_GC_S_MASK) != 0) {
        traits.goes_on = traits.kind == PointKind::ignorable;
        traits.kind = word_break == U_WB_REGIONAL_INDICATOR ? PointKind::regional_indicator : PointKind::symbol;
    } else if (traits.makes_word && traits.kind != PointKind::ignorable && is_written_without_spaces(code_point)) {
        traits.goes_on = u_getIntPropertyValue(code_point, UCHAR_GRAPHEME_CLUSTER_BREAK) == U_GCB_SPACING_MARK;
        traits.kind = PointKind::cluster;
    }
    return traits;
}

}  // namespace earshot::text
