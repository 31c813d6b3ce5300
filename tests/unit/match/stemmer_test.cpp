#include "earshot/match/stemmer.hpp"

#include "earshot/base/hash.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace earshot::match {
namespace {

std::string cached_stem(StemCache& cache, std::string_view word) {
    const WordKey stem = cache.stem({word, base::hash_bytes(word)});
    EXPECT_EQ(stem.hash, base::hash_bytes(stem.text)) << word;
    EXPECT_EQ(stem.head, WordKey(stem.text, 0).head) << word;
    EXPECT_EQ(stem.tail, WordKey(stem.text, 0).tail) << word;
    return std::string(stem.text);
}

TEST(StemmerTest, stems_by_the_primary_subtag) {
    Stemmer english("en-US");
    EXPECT_EQ(english.stem("cancelling"), "cancel");
    EXPECT_EQ(english.stem("prices"), "price");

    Stemmer spanish("ES_419");
    EXPECT_EQ(spanish.stem("precios"), spanish.stem("precio"));

    Stemmer russian("ru");
    EXPECT_EQ(std::string(russian.stem("цены")), std::string(russian.stem("цена")));
}

TEST(StemmerTest, leaves_words_of_other_languages_alone) {
    for (const char* language : {"", "ja-JP", "zh", "english", "enx", "porter", "-en"}) {
        Stemmer stemmer(language);
        EXPECT_EQ(stemmer.stem("prices"), "prices") << language;
    }
}

TEST(StemmerTest, leaves_words_of_other_scripts_alone) {
    Stemmer stemmer("en");
    for (const char* word : {"цены", "価", "ราคา", "東京タワー", "4", "3.5"}) EXPECT_EQ(stemmer.stem(word), word);
}

TEST(StemmerTest, has_an_algorithm_for_every_language_that_it_says_to_support) {
    const std::vector<std::pair<std::string, std::string>> inflections{
        {"ar", "المدرسة"}, {"ca", "cases"},    {"da", "priserne"}, {"de", "preisen"},   {"el", "τιμες"},
        {"en", "prices"},  {"es", "precios"},  {"eu", "etxeak"},   {"fi", "hinnat"},    {"fr", "mangerons"},
        {"ga", "bhfearr"}, {"hi", "लडकियाँ"},   {"hu", "házak"},    {"hy", "մեքենաներ"}, {"id", "membelikan"},
        {"it", "prezzi"},  {"lt", "kainos"},   {"nb", "prisene"},  {"ne", "घरहरू"},      {"nl", "prijzen"},
        {"nn", "prisene"}, {"no", "prisene"},  {"pt", "preços"},   {"ro", "prețurile"}, {"ru", "ценами"},
        {"sr", "cenama"},  {"sv", "priserna"}, {"ta", "மரங்கள்"},    {"tr", "fiyatlar"},  {"yi", "טישן"},
    };
    for (const auto& [language, word] : inflections) {
        EXPECT_TRUE(Stemmer::supports(language));
        Stemmer stemmer(language);
        EXPECT_NE(stemmer.stem(word), word) << language;
    }
    EXPECT_TRUE(Stemmer::supports("EN-gb"));
    EXPECT_FALSE(Stemmer::supports("ja"));
    EXPECT_FALSE(Stemmer::supports(""));
}

TEST(StemCacheTest, gives_what_the_stemmer_gives) {
    Stemmer stemmer("en");
    StemCache cache("en");
    for (int pass = 0; pass < 2; ++pass) {
        for (int i = 0; i < 10'000; ++i) {  // more words than it has entries
            const std::string word = "word" + std::to_string(i) + (i % 3 == 0 ? "ings" : "es");
            ASSERT_EQ(cached_stem(cache, word), stemmer.stem(word));
            ASSERT_EQ(cached_stem(cache, word), stemmer.stem(word));
        }
    }
}

TEST(StemCacheTest, stems_words_of_any_length) {
    Stemmer stemmer("en");
    StemCache cache("en");
    for (std::size_t size = 0; size < 100; ++size) {
        const std::string word = std::string(size, 'a') + "ings";
        EXPECT_EQ(cached_stem(cache, word), stemmer.stem(word));
        EXPECT_EQ(cached_stem(cache, word), stemmer.stem(word));
    }
    EXPECT_EQ(cached_stem(cache, ""), "");
}

TEST(StemCacheTest, tells_words_of_one_hash_apart) {
    StemCache cache("en");
    for (int pass = 0; pass < 2; ++pass) {
        EXPECT_EQ(cache.stem({"prices", 7}).text, "price");
        EXPECT_EQ(cache.stem({"prices", 7}).text, "price");
        EXPECT_EQ(cache.stem({"plans", 7}).text, "plan");
        EXPECT_EQ(cache.stem({"", 7}).text, "");
        EXPECT_EQ(cache.stem({"", 0}).text, "");
    }
}

TEST(StemCacheTest, without_an_algorithm_gives_the_word_itself) {
    StemCache cache("ja");
    EXPECT_EQ(cached_stem(cache, "prices"), "prices");
    EXPECT_EQ(cached_stem(cache, "価"), "価");
}

}  // namespace
}  // namespace earshot::match
