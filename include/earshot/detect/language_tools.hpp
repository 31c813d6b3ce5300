#pragma once

#include "earshot/match/stemmer.hpp"
#include "earshot/text/sentences.hpp"
#include "earshot/text/tokenizer.hpp"

#include <map>
#include <string>
#include <string_view>

namespace earshot::detect {

/// The tools of language that a thread's conversations share, since ICU's and Snowball's objects belong to one thread.
/// One a thread; whoever drives conversations owns it and outlives them.
class LanguageTools {
public:
    text::Tokenizer& tokenizer() noexcept { return tokenizer_; }
    text::SentenceSplitter& sentences() noexcept { return sentences_; }

    /// The stems of a language; made at first use and kept, so that their number is bounded by Snowball's languages
    /// (all languages without an algorithm share one).
    match::StemCache& stems(std::string_view language);

private:
    text::Tokenizer tokenizer_;
    text::SentenceSplitter sentences_;
    std::map<std::string, match::StemCache, std::less<>> stems_;
};

}  // namespace earshot::detect
