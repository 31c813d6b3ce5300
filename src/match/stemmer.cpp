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
    explicit Impl(std::string_view language) : stemmer_(language), pairs_(k_pairs) {}

    WordKey stem(const WordKey& word) {
        auto& [first, second] = pairs_[detail::scale(word.hash, k_pairs)];
        if (!first.holds(word)) {
            if (second.holds(word)) {
                std::swap(first, second);
            } else {
                const std::string_view stem = stemmer_.stem(word.text);
                const std::uint64_t stem_hash = base::hash_bytes(stem);
                if (word.text.size() > k_bytes || stem.size() > k_bytes) return {stem, stem_hash};
                second.hold(word, stem, stem_hash);
                return second.stem_key();
            }
        }
        return first.stem_key();
    }

private:
    static constexpr std::size_t k_pairs = 4096;
    static constexpr std::size_t k_bytes = 24;  // longer words are stemmed each time

    // A cache line. There are zeros behind both words, so that they compare as a WordKey does.
    struct alignas(64) Entry {
        char word[k_bytes] = {};
        char stem[k_bytes] = {};
        std::uint64_t stem_hash = 0;
        std::uint8_t word_size = k_free;
        std::uint8_t stem_size = 0;

        static constexpr std::uint8_t k_free = 0xFF;

        WordKey stem_key() const noexcept { return WordKey::padded({stem, stem_size}, stem_hash); }
        bool holds(const WordKey& key) const noexcept {
            if (word_size != key.text.size()) return false;
            const WordKey own = WordKey::padded({word, word_size}, 0);
            if (((own.head ^ key.head) | (own.tail ^ key.tail)) != 0) return false;
            return word_size <= 16 || own.text == key.text;
        }
        void hold(const WordKey& key, std::string_view its_stem, std::uint64_t hash) noexcept {
            *this = Entry();
            std::memcpy(word, key.text.data(), key.text.size());
            std::memcpy(stem, its_stem.data(), its_stem.size());
            stem_hash = hash;
            word_size = static_cast<std::uint8_t>(key.text.size());
            stem_size = static_cast<std::uint8_t>(its_stem.size());
        }
    };
    static_assert(sizeof(Entry) == 64);

    Stemmer stemmer_;
    // A word may stand in either place of its pair. A new one takes the second, so that it never drives out the one
    // that is said more often: that one has moved to the first.
    std::vector<std::array<Entry, 2>> pairs_;
};

StemCache::StemCache(std::string_view language) {
    if (Stemmer::supports(language)) impl_ = std::make_unique<Impl>(language);
}
StemCache::~StemCache() = default;
StemCache::StemCache(StemCache&&) noexcept = default;
StemCache& StemCache::operator=(StemCache&&) noexcept = default;

WordKey StemCache::stem(const WordKey& word) {
    return impl_ ? impl_->stem(word) : word;
}

}  // namespace earshot::match
