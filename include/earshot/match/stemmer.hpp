#pragma once

#include "earshot/match/vocabulary.hpp"

#include <memory>
#include <string_view>

namespace earshot::match {

/// Snowball's stems of one language. Belongs to one thread.
class Stemmer {
public:
    /// `language` is a BCP 47 code ("en-US", "es"); one without a Snowball algorithm stems nothing: each word is its
    /// own stem.
    explicit Stemmer(std::string_view language);
    ~Stemmer();
    Stemmer(Stemmer&&) noexcept;
    Stemmer& operator=(Stemmer&&) noexcept;

    /// True if Snowball has an algorithm for `language`: its primary subtag counts, letter case does not.
    static bool supports(std::string_view language);

    /// The stem of a normalised word. The view lives until the next call, and no longer than `word`.
    std::string_view stem(std::string_view word);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// A Stemmer that remembers, in a table of fixed size (512 KB; nothing where Snowball has no algorithm), the stems of
/// words seen lately: speech repeats its words, and a stem costs many times a look-up. Belongs to one thread; one a
/// language.
class StemCache {
public:
    explicit StemCache(std::string_view language);
    ~StemCache();
    StemCache(StemCache&&) noexcept;
    StemCache& operator=(StemCache&&) noexcept;

    /// The stem of a normalised word, ready for look-ups: its hash is base::hash_bytes of the stem. `word.hash` must be
    /// base::hash_bytes of the word. The view lives until the next call, and no longer than `word`'s text.
    WordKey stem(const WordKey& word);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace earshot::match
