#include "earshot/outbound/webhook_signature.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <chrono>
#include <random>
#include <string>

namespace earshot::outbound {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t k_seed = 3;

std::string sha256(const std::string& bytes) {
    std::string sum(32, '\0');
    EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(sum.data()), nullptr, EVP_sha256(),
               nullptr);
    return sum;
}

/// RFC 2104, for keys of at most a block.
std::string plain_hmac(std::string key, const std::string& content) {
    constexpr std::size_t k_block = 64;
    key.resize(k_block, '\0');
    std::string inner = key;
    std::string outer = key;
    for (char& c : inner) c = static_cast<char>(c ^ 0x36);
    for (char& c : outer) c = static_cast<char>(c ^ 0x5c);
    return sha256(outer + sha256(inner + content));
}

/// RFC 4648.
std::string plain_base64(const std::string& bytes) {
    constexpr std::string_view k_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    std::size_t bits = 0;
    int count = 0;
    for (const char c : bytes) {
        bits = bits << 8 | static_cast<unsigned char>(c);
        for (count += 8; count >= 6; count -= 6) text += k_letters[bits >> (count - 6) & 63];
    }
    if (count > 0) text += k_letters[bits << (6 - count) & 63];
    while (text.size() % 4 != 0) text += '=';
    return text;
}

base::WallTime seconds_of_1970(std::int64_t seconds) {
    return base::WallTime(std::chrono::seconds(seconds));
}

std::string random_bytes(std::mt19937& random, std::size_t size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    return bytes;
}

TEST(WebhookSignatureTest, is_that_of_the_published_example) {
    // Of the reference libraries of Standard Webhooks.
    const auto secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    ASSERT_TRUE(secret.has_value());

    EXPECT_EQ(secret->sign("msg_p5jXN8AQM9LWM0D4loKWxJek", seconds_of_1970(1614265330), R"({"test": 2432232314})"),
              "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignatureTest, equals_a_plain_calculation_for_any_key_and_body) {
    std::mt19937 random(k_seed);
    for (std::size_t size = 24; size <= 64; ++size) {
        const std::string key = random_bytes(random, size);
        const std::string body = random_bytes(random, random() % 300);
        const auto secret = WebhookSecret::parse(plain_base64(key));
        ASSERT_TRUE(secret.has_value()) << size << ", seed " << k_seed;

        EXPECT_EQ(secret->sign("an-id", seconds_of_1970(17) + 999ms, body),
                  "v1," + plain_base64(plain_hmac(key, "an-id.17." + body)))
            << size << ", seed " << k_seed;
    }
}

TEST(WebhookSecretTest, may_have_its_prefix) {
    const std::string text = plain_base64(std::string(32, 'k'));
    const auto sign = [](const std::string& secret) {
        return WebhookSecret::parse(secret).value().sign("a", seconds_of_1970(1), "b");
    };

    EXPECT_EQ(sign("whsec_" + text), sign(text));
}

TEST(WebhookSecretTest, has_24_to_64_bytes) {
    for (std::size_t size = 0; size <= 80; ++size) {
        EXPECT_EQ(WebhookSecret::parse(plain_base64(std::string(size, 'k'))).has_value(), size >= 24 && size <= 64)
            << size;
    }
}

TEST(WebhookSecretTest, is_base64_to_the_letter) {
    const std::string good = plain_base64(std::string(31, 'k'));  // ends in "aw=="
    ASSERT_TRUE(WebhookSecret::parse(good).has_value());
    const std::string whole = good.substr(0, good.size() - 4);
    for (const std::string& bad :
         {whole + "aw=", whole + "aw", whole + "a===", whole + "ax==", whole + "a=w=", whole + "aw==\n", ' ' + good,
          "    " + good, good + good, whole + "a-_k", whole + "\xC3\xA4ww",
          whole + "====", whole + "aw==aw==", "whsec_whsec_" + good, std::string(1'000'000, 'A')}) {
        const auto parsed = WebhookSecret::parse(bad);
        ASSERT_TRUE(parsed.has_error()) << bad.substr(0, 100);
        EXPECT_EQ(parsed.error().code, base::Errc::invalid_value);
        EXPECT_EQ(parsed.error().message.find(whole), std::string::npos) << "the message must not hold it";
    }
}

TEST(WebhookTimestampTest, is_in_seconds) {
    EXPECT_EQ(webhook_timestamp(seconds_of_1970(1614265330) + 999ms), "1614265330");
}

}  // namespace
}  // namespace earshot::outbound
