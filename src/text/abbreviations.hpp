#pragma once

#include <span>
#include <string_view>

namespace earshot::text {

/// How the abbreviations of a language differ from ICU's list (made of written texts). All of static storage duration.
struct SentenceExceptions {
    std::span<const std::string_view> never_end;     ///< abbreviations that ICU's list lacks: no sentence ends there
    std::span<const std::string_view> may_end;       ///< entries of ICU's list that in talk are words: "Ok. Then."
    std::span<const std::string_view> before_digit;  ///< abbreviations only before a digit: "No. 5", but "No. I do."
};

/// The exceptions of a language by its ISO 639 code; empty ones for a language without a list.
SentenceExceptions sentence_exceptions(std::string_view iso_language) noexcept;

}  // namespace earshot::text
