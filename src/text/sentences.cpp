#include "earshot/text/sentences.hpp"

#include "earshot/text/utf8.hpp"

#include "abbreviations.hpp"
#include "ascii_fold.hpp"
#include "white_space.hpp"

#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/udata.h>
#include <unicode/ures.h>
#include <unicode/utext.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>

namespace earshot::text {
namespace {

constexpr std::size_t k_max_languages = 64;
constexpr std::size_t k_max_language_bytes = 64;  // a longer tag names no language and would only fill the memory

void require(UErrorCode status, const char* what) {
    if (U_FAILURE(status)) throw std::runtime_error(std::string(what) + ": " + u_errorName(status));
}

icu::Locale locale_of(std::string_view language) {
    UErrorCode status = U_ZERO_ERROR;
    icu::Locale locale =
        icu::Locale::forLanguageTag({language.data(), static_cast<std::int32_t>(language.size())}, status);
    return U_FAILURE(status) || locale.isBogus() ? icu::Locale::getRoot() : locale;
}

/// ICU's abbreviations of a language, as they are written; none where it has no list.
std::set<std::string, std::less<>> icu_abbreviations(const char* iso_language) {
    std::set<std::string, std::less<>> all;
    UErrorCode status = U_ZERO_ERROR;
    const icu::LocalUResourceBundlePointer bundle(ures_openDirect(U_ICUDATA_NAME "-brkitr", iso_language, &status));
    const icu::LocalUResourceBundlePointer exceptions(ures_getByKey(bundle.getAlias(), "exceptions", nullptr, &status));
    const icu::LocalUResourceBundlePointer list(
        ures_getByKey(exceptions.getAlias(), "SentenceBreak", nullptr, &status));
    if (U_FAILURE(status)) return all;
    for (std::int32_t i = 0; i < ures_getSize(list.getAlias()); ++i) {
        std::string abbreviation;
        icu::ures_getUnicodeStringByIndex(list.getAlias(), i, &status).toUTF8String(abbreviation);
        all.insert(std::move(abbreviation));
    }
    return all;
}

/// What sentences of one language are cut with. ICU's FilteredBreakIterator is not used: it compares abbreviations with
/// the end of a word instead of the word ("ene.", January, would hold back the cut after "Él tiene.").
class Language {
public:
    explicit Language(std::string_view tag) : tag_(tag) {
        const icu::Locale locale = locale_of(tag);
        UErrorCode status = U_ZERO_ERROR;
        iterator_.reset(icu::BreakIterator::createSentenceInstance(locale, status));
        require(status, "ICU has no sentence rules");
        abbreviations_ = icu_abbreviations(locale.getLanguage());
        const SentenceExceptions exceptions = sentence_exceptions(locale.getLanguage());
        for (const std::string_view word : exceptions.may_end) abbreviations_.erase(std::string(word));
        for (const std::string_view word : exceptions.before_digit) abbreviations_.erase(std::string(word));
        abbreviations_.insert(exceptions.never_end.begin(), exceptions.never_end.end());
        before_digit_ = exceptions.before_digit;
    }

    const std::string& tag() const noexcept { return tag_; }
    icu::BreakIterator& iterator() noexcept { return *iterator_; }

    /// Whether a sentence goes on where ICU cuts between `before` and `after`: "Dr. Smith", "room No. 5".
    bool goes_on(std::string_view before, std::string_view after) const {
        const std::string_view word = last_word(before);
        if (abbreviations_.contains(word)) return true;
        const bool is_digit_next = !after.empty() && after[0] >= '0' && after[0] <= '9';
        return is_digit_next && std::ranges::find(before_digit_, word) != before_digit_.end();
    }

private:
    /// What stands behind the last white space in `text`, without opening punctuation and white space around it.
    static std::string_view last_word(std::string_view text) {
        text = trim(text);
        std::size_t begin = text.size();
        while (begin > 0 && trailing_white_space(text.substr(0, begin)) == 0) --begin;
        text.remove_prefix(begin);
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
        std::size_t skipped = 0;
        for (std::size_t next = 0; next < text.size(); skipped = next) {
            UChar32 code_point = 0;
            U8_NEXT(bytes, next, text.size(), code_point);
            if (code_point >= 0 && u_isalnum(code_point) != 0) break;
        }
        return text.substr(skipped);
    }

    std::string tag_;
    std::unique_ptr<icu::BreakIterator> iterator_;
    std::set<std::string, std::less<>> abbreviations_;
    std::span<const std::string_view> before_digit_;
};

/// Whether `text` is plainly one sentence under every language's rules: ASCII alone, in which nothing ends a sentence
/// (";" does in Greek) but at its very end. Recognised speech mostly is, and ICU takes microseconds to say so.
bool is_one_sentence(std::string_view text) noexcept {
    constexpr std::string_view k_terminators = ".?!";
    if (find_non_ascii(text, 0) < text.size() || text.find_first_of(";\r\n") != text.npos) return false;
    const std::size_t end = text.find_first_of(k_terminators);
    return end == text.npos || trim(text.substr(end)).find_first_not_of(k_terminators) == text.npos;
}

}  // namespace

class SentenceSplitter::Impl {
public:
    const std::vector<Sentence>& split(std::string_view text, std::string_view tag) {
        sentences_.clear();
        if (is_one_sentence(text)) {
            append(text, 0, text.size());
            return sentences_;
        }
        Language& language = language_of(tag.size() <= k_max_language_bytes ? tag : std::string_view());
        UErrorCode status = U_ZERO_ERROR;
        UText view = UTEXT_INITIALIZER;
        utext_openUTF8(&view, text.data(), static_cast<std::int64_t>(text.size()), &status);
        language.iterator().setText(&view, status);
        utext_close(&view);  // the iterator has a clone of its own
        require(status, "ICU cannot read a text");
        cut(text, language);
        return sentences_;
    }

private:
    void cut(std::string_view text, Language& language) {
        std::size_t begin = 0;
        language.iterator().first();
        for (std::int32_t end = language.iterator().next(); end != icu::BreakIterator::DONE;
             end = language.iterator().next()) {
            const auto cut = static_cast<std::size_t>(end);
            if (language.goes_on(text.substr(begin, cut - begin), text.substr(cut))) continue;
            append(text, begin, cut);
            begin = cut;
        }
        append(text, begin, text.size());
    }

    void append(std::string_view text, std::size_t begin, std::size_t end) {
        const std::string_view sentence = trim(text.substr(begin, end - begin));
        if (sentence.empty()) return;
        const Sentence before = sentences_.empty() ? Sentence{} : sentences_.back();
        const auto byte_begin = static_cast<std::uint32_t>(sentence.data() - text.data());
        const std::uint32_t utf16_begin =
            before.utf16_end + utf16_length(text.substr(before.byte_end, byte_begin - before.byte_end));
        sentences_.push_back({.byte_begin = byte_begin,
                              .byte_end = byte_begin + static_cast<std::uint32_t>(sentence.size()),
                              .utf16_begin = utf16_begin,
                              .utf16_end = utf16_begin + utf16_length(sentence)});
    }

    Language& language_of(std::string_view tag) {
        const auto known = std::ranges::find(languages_, tag, &Language::tag);
        if (known != languages_.end()) return *known;
        if (languages_.size() == k_max_languages) languages_.pop_front();
        return languages_.emplace_back(tag);
    }

    std::deque<Language> languages_;  // the oldest first
    std::vector<Sentence> sentences_;
};

SentenceSplitter::SentenceSplitter() : impl_(std::make_unique<Impl>()) {}
SentenceSplitter::~SentenceSplitter() = default;
SentenceSplitter::SentenceSplitter(SentenceSplitter&&) noexcept = default;
SentenceSplitter& SentenceSplitter::operator=(SentenceSplitter&&) noexcept = default;

const std::vector<Sentence>& SentenceSplitter::split(std::string_view text, std::string_view language) {
    return impl_->split(text, language);
}

}  // namespace earshot::text
