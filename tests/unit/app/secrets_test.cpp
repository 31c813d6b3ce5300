#include "earshot/app/secrets.hpp"

#include <gmock/gmock.h>

#include <set>

namespace earshot::app {
namespace {

TEST(SecretsTest, a_hash_knows_its_secret_and_no_other) {
    const std::string hash = hash_secret("correct horse");

    EXPECT_TRUE(is_secret_of(hash, "correct horse"));
    for (const char* wrong : {"", "correct hors", "correct horse ", "Correct horse"}) {
        EXPECT_FALSE(is_secret_of(hash, wrong)) << wrong;
    }
}

TEST(SecretsTest, a_hash_is_what_it_costs) {
    EXPECT_THAT(hash_secret("a"), testing::StartsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
}

TEST(SecretsTest, equal_secrets_have_hashes_of_their_own) {
    EXPECT_NE(hash_secret("a"), hash_secret("a"));
}

TEST(SecretsTest, bytes_of_any_kind_are_a_secret) {
    const std::string secret("a\0b\xFF", 4);
    const std::string hash = hash_secret(secret);

    EXPECT_TRUE(is_secret_of(hash, secret));
    EXPECT_FALSE(is_secret_of(hash, "a"));
}

TEST(SecretsTest, a_secret_beyond_the_limit_is_wrong) {
    const std::string longest(k_longest_secret, 'a');
    const std::string longer = longest + "a";

    EXPECT_TRUE(is_secret_of(hash_secret(longest), longest));
    EXPECT_FALSE(is_secret_of(hash_secret(longer), longer));
}

TEST(SecretsTest, hashes_are_told_from_other_texts) {
    const std::string hash = hash_secret("a");
    EXPECT_TRUE(is_secret_hash(hash));
    EXPECT_TRUE(
        is_secret_hash("$argon2id$v=19$m=65536,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$"
                       "qLml5cB1s5cF3cTzWYqmmzNWQAb7Qx8sJmBqcQYHQbY"));

    for (const std::string& text :
         {std::string(), std::string("secret"), std::string("$argon2id$"), hash.substr(0, 20),
          hash + std::string(100, 'a'), "x" + hash, hash.substr(0, hash.size() - 50), hash + std::string("\0", 1),
          std::string("$argon2i$") + hash.substr(10), std::string("$2b$10$abcdefghijklmnopqrstuv")}) {
        EXPECT_FALSE(is_secret_hash(text)) << text;
        EXPECT_FALSE(is_secret_of(text, "a")) << text;
    }
}

TEST(SecretsTest, random_texts_are_alphanumeric_and_unlike) {
    std::set<std::string> texts;
    std::set<char> letters;
    for (int i = 0; i < 100; ++i) {
        const std::string text = random_alphanumeric(64);
        EXPECT_EQ(text.size(), 64U);
        letters.insert(text.begin(), text.end());
        texts.insert(text);
    }

    EXPECT_EQ(texts.size(), 100U);
    EXPECT_THAT(letters,
                testing::Each(testing::Truly([](char c) { return std::isalnum(static_cast<unsigned char>(c)); })));
    EXPECT_EQ(letters.size(), 62U);  // that one is missing in 6,400 has a chance of 1 in 10^43
}

}  // namespace
}  // namespace earshot::app
