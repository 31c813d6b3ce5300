#include "normal_form.hpp"

#include "earshot/base/hash.hpp"

#include "ascii_fold.hpp"

#include <unicode/bytestream.h>
#include <unicode/stringpiece.h>

#include <stdexcept>

namespace earshot::text {
namespace {

/// Copies `word` with every apostrophe as U+0027 and without soft hyphens.
void map_apostrophes(std::string_view word, std::string& out) {
    out.clear();
    while (!word.empty()) {
        std::size_t size = 1;
        if (word.starts_with("\xE2\x80\x98") || word.starts_with("\xE2\x80\x99") || word.starts_with("\xEF\xBC\x87")) {
            out += '\'';
            size = 3;
        } else if (word.starts_with("\xC2\xAD")) {
            size = 2;
        } else {
            out += word.front();
        }
        word.remove_prefix(size);
    }
}

}  // namespace

Normalizer::Normalizer() {
    UErrorCode status = U_ZERO_ERROR;
    case_fold_ = icu::Normalizer2::getNFKCCasefoldInstance(status);
    if (U_FAILURE(status)) throw std::runtime_error(std::string("ICU has no NFKC_Casefold: ") + u_errorName(status));
}

std::uint64_t Normalizer::append(std::string_view word, std::string& out) {
    map_apostrophes(word, mapped_);
    const std::size_t begin = out.size();
    if (find_non_ascii(mapped_, 0) == mapped_.size()) {
        out.resize(begin + mapped_.size() + k_fold_slack);
        const std::uint64_t hash = fold_ascii(mapped_.data(), mapped_.size(), mapped_.size(), out.data() + begin);
        out.resize(begin + mapped_.size());
        return hash;
    }
    icu::StringByteSink<std::string> sink(&out);
    UErrorCode status = U_ZERO_ERROR;  // can only fail for want of memory, and then new has thrown
    case_fold_->normalizeUTF8(0, icu::StringPiece(mapped_.data(), static_cast<std::int32_t>(mapped_.size())), sink,
                              nullptr, status);
    return base::hash_bytes(std::string_view(out).substr(begin));
}

}  // namespace earshot::text
