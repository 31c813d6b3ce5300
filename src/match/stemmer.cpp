#include "earshot/match/stemmer.hpp"

#include "earshot/base/hash.hpp"
#include "earshot/match/vocabulary.hpp"

#include <libstemmer.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

namespace earshot::match {
namespace {

// Primary subtags (BCP 47) and the names of Snowball's algorithms.
constexpr std::array<std::pair<std::string_view, const char*>, 30> k_algorithms{{
    {"ar", "arabic"},    {"ca", "catalan"},    {"da", "danish"},     {"de", "german"},   {"el", "greek"},
    {"en", "english"},   {"es", "spanish"},    {"eu", "basque"},     {"fi", "finnish"},  {"fr", "french"},
    {"ga", "irish"},     {"hi", "hindi"},      {"hu", "hungarian"},  {"hy", "armenian"}, {"id", "indonesian"},
    {"it", "italian"},   {"lt", "lithuanian"}, {"nb", "norwegian"},  {"ne", "nepali"},   {"nl", "dutch"},
    {"nn", "norwegian"}, {"no", "norwegian"},  {"pt", "portuguese"}, {"ro", "romanian"}, {"ru", "russian"},
    {"sr", "serbian"},   {"sv", "swedish"},    {"ta", "tamil"},      {"tr", "turkish"},  {"yi", "yiddish"},
}};

// Null where Snowball has none.
const char* algorithm_of(std::string_view language) {
    std::string primary(language.substr(0, language.find_first_of("-_")));
    for (char& c : primary) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    for (const auto& [subtag, algorithm] : k_algorithms) {
        if (subtag == primary) return algorithm;
    }
    return nullptr;
}

}  // namespace

class Stemmer::Impl {
public:
    explicit Impl(const char* algorithm) : snowball_(sb_stemmer_new(algorithm, "UTF_8")) {}

    std::string_view stem(std::string_view word) {
        if (!snowball_) return word;
        const sb_symbol* stem = sb_stemmer_stem(snowball_.get(), reinterpret_cast<const sb_symbol*>(word.data()),
                                                static_cast<int>(word.size()));
        if (stem == nullptr) return word;  // out of memory
        return {reinterpret_cast<const char*>(stem), static_cast<std::size_t>(sb_stemmer_length(snowball_.get()))};
    }

private:
    struct Delete {
        void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
    };
    std::unique_ptr<sb_stemmer, Delete> snowball_;
};

Stemmer::Stemmer(std::string_view language) {
    if (const char* algorithm = algorithm_of(language)) impl_ = std::make_unique<Impl>(algorithm);
}
Stemmer::~Stemmer() = default;
Stemmer::Stemmer(Stemmer&&) noexcept = default;
Stemmer& Stemmer::operator=(Stemmer&&) noexcept = default;

bool Stemmer::supports(std::string_view language) {
    return algorithm_of(language) != nullptr;
}

std::string_view Stemmer::stem(std::string_view word) {
    return impl_ ? impl_->stem(word) : word;
}

class StemCache::Impl {
public:
    explicit Impl(std::string_view language) : stemmer_(language), entries_(k_entries) {}

    Stem stem(std::string_view word, std::uint64_t hash) {
        Entry& entry = entries_[detail::scale(hash, k_entries)];
        if (entry.tag == static_cast<std::uint32_t>(hash) && detail::equal_bytes(entry.word_view(), word)) {
            return {entry.stem_view(), entry.stem_hash};
        }
        const std::string_view stem = stemmer_.stem(word);
        const std::uint64_t stem_hash = base::hash_bytes(stem);
        if (word.size() <= k_word_bytes && stem.size() <= k_word_bytes && !word.empty()) {
            entry.stem_hash = stem_hash;
            entry.tag = static_cast<std::uint32_t>(hash);
            entry.word_size = static_cast<std::uint8_t>(word.size());
            entry.stem_size = static_cast<std::uint8_t>(stem.size());
            std::memcpy(entry.word, word.data(), word.size());
            std::memcpy(entry.stem, stem.data(), stem.size());
        }
        return {stem, stem_hash};
    }

private:
    static constexpr std::size_t k_entries = 4096;
    static constexpr std::size_t k_word_bytes = 25;  // longer ones are stemmed each time

    // A cache line. A word_size of 0 is a free entry: no word is empty.
    struct alignas(64) Entry {
        std::uint64_t stem_hash = 0;
        std::uint32_t tag = 0;  // lower half of the word's hash
        std::uint8_t word_size = 0;
        std::uint8_t stem_size = 0;
        char word[k_word_bytes];
        char stem[k_word_bytes];

        std::string_view word_view() const noexcept { return {word, word_size}; }
        std::string_view stem_view() const noexcept { return {stem, stem_size}; }
    };
    static_assert(sizeof(Entry) == 64);

    Stemmer stemmer_;
    std::vector<Entry> entries_;
};

StemCache::StemCache(std::string_view language) {
    if (Stemmer::supports(language)) impl_ = std::make_unique<Impl>(language);
}
StemCache::~StemCache() = default;
StemCache::StemCache(StemCache&&) noexcept = default;
StemCache& StemCache::operator=(StemCache&&) noexcept = default;

StemCache::Stem StemCache::stem(std::string_view word, std::uint64_t hash) {
    return impl_ ? impl_->stem(word, hash) : Stem{word, hash};
}

}  // namespace earshot::match
