#include "earshot/app/tokens.hpp"

#include <boost/beast/core/detail/base64.hpp>
#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <jwt.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace earshot::app {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr base::WallTime k_now{1'714'557'600'123ms};
constexpr TokenKey k_key{1,  2,  3,  0,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16,
                         17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32};
constexpr std::string_view k_plain_base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

std::string issue(const TokenAuthority& authority, std::string_view account, base::WallTime now = k_now) {
    return authority.issue(account, now).value().token;
}

std::vector<std::string> parts_of(const std::string& token) {
    std::vector<std::string> parts(1);
    for (const char c : token) {
        if (c == '.')
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

/// As a browser's atob() would, for text that holds neither '-' nor '_'.
std::string decode(const std::string& text) {
    EXPECT_EQ(text.find_first_not_of(k_plain_base64), std::string::npos);
    EXPECT_NE(text.size() % 4, 1U);
    std::string bytes(boost::beast::detail::base64::decoded_size(text.size() + 4), '\0');
    bytes.resize(boost::beast::detail::base64::decode(bytes.data(), text.data(), text.size()).first);
    return bytes;
}

bool is_refused(const base::Result<std::string>& verdict) {
    return verdict.has_error() && verdict.error().code == base::Errc::unauthorized;
}

/// A token with any algorithm and claims, signed with `key`.
std::string forge(jwt_alg_t algorithm, const std::string& claims, const TokenKey& key = k_key) {
    jwt_t* jwt = nullptr;
    EXPECT_EQ(jwt_new(&jwt), 0);
    EXPECT_EQ(jwt_add_grants_json(jwt, claims.c_str()), 0);
    const bool is_signed = algorithm != JWT_ALG_NONE;
    EXPECT_EQ(
        jwt_set_alg(jwt, algorithm, is_signed ? key.data() : nullptr, is_signed ? static_cast<int>(key.size()) : 0), 0);
    const std::unique_ptr<char, decltype(&std::free)> text(jwt_encode_str(jwt), &std::free);
    jwt_free(jwt);
    return text.get();
}

std::string claims(const std::string& account_json, const std::string& expires) {
    return R"({"iat":1714557600,"exp":)" + expires + R"(,"sub":)" + account_json + "}";
}

TEST(TokenAuthorityTest, a_token_names_its_account) {
    const TokenAuthority authority(k_key, 24h);

    EXPECT_EQ(authority.verify(issue(authority, "default"), k_now).value(), "default");
    EXPECT_EQ(authority.issue("default", k_now).value().expires_in, 24h);
}

TEST(TokenAuthorityTest, claims_are_what_clients_read) {
    const TokenAuthority authority(k_key, 24h);

    const auto parts = parts_of(issue(authority, "ann+1@example.com"));

    ASSERT_EQ(parts.size(), 3U);
    const auto claims_read = boost::json::parse(decode(parts[1])).as_object();
    EXPECT_EQ(claims_read.at("iat"), 1'714'557'600);
    EXPECT_EQ(claims_read.at("exp"), 1'714'557'600 + 86'400);
    EXPECT_EQ(claims_read.at("sub"), "ann+1@example.com");
    EXPECT_EQ(boost::json::parse(decode(parts[0])).at("alg"), "HS256");
}

TEST(TokenAuthorityTest, thousands_of_tokens_have_the_shape_and_are_all_unlike) {
    const TokenAuthority authority(k_key, 24h);
    const std::string letters = std::string(k_plain_base64) + "._@+-";
    std::set<std::string> tokens;

    for (std::size_t i = 0; i < 5'000; ++i) {
        const std::string account(1 + i % 97, letters[i % letters.size()]);
        const std::string token = issue(authority, account, k_now + std::chrono::seconds(i * 7919));
        const auto parts = parts_of(token);
        ASSERT_EQ(parts.size(), 3U);
        ASSERT_EQ(token.find_first_not_of(std::string(k_plain_base64) + "._-"), std::string::npos) << token;
        ASSERT_EQ(std::string(boost::json::parse(decode(parts[1])).at("sub").as_string()), account);
        tokens.insert(token);
    }

    EXPECT_EQ(tokens.size(), 5'000U);
}

TEST(TokenAuthorityTest, tokens_of_the_same_moment_differ) {
    const TokenAuthority authority(k_key, 24h);

    EXPECT_NE(issue(authority, "default"), issue(authority, "default"));
}

TEST(TokenAuthorityTest, a_token_lives_exactly_as_long_as_it_says) {
    const TokenAuthority authority(k_key, 100s);
    const std::string token = issue(authority, "default");

    EXPECT_TRUE(authority.verify(token, k_now + 99s).has_value());
    EXPECT_TRUE(is_refused(authority.verify(token, k_now + 100s)));
    EXPECT_TRUE(is_refused(authority.verify(token, k_now + 1000h)));
}

TEST(TokenAuthorityTest, no_token_lives_longer_than_clients_can_bear) {
    const TokenAuthority authority(k_key, 10'000h);

    EXPECT_EQ(authority.issue("default", k_now).value().expires_in, k_longest_token_life);
    EXPECT_EQ(TokenAuthority(k_key, k_longest_token_life).issue("a", k_now).value().expires_in, 24h * 24);
    EXPECT_LT(std::chrono::milliseconds(k_longest_token_life).count(), 2'147'483'647);
}

TEST(TokenAuthorityTest, accounts_that_would_spoil_a_token_get_none) {
    const TokenAuthority authority(k_key, 24h);

    for (const std::string& account :
         {std::string(), std::string("a b"), std::string("what?"), std::string("a>b"), std::string("~"),
          std::string("\xC3\xA9"), std::string("a\0b", 3), std::string(129, 'a')}) {
        EXPECT_EQ(authority.issue(account, k_now).error().code, base::Errc::invalid_value) << account;
    }
    EXPECT_TRUE(authority.issue(std::string(128, 'a'), k_now).has_value());
}

TEST(TokenAuthorityTest, a_changed_character_anywhere_is_refused) {
    const TokenAuthority authority(k_key, 24h);
    const std::string token = issue(authority, "default");

    // The last character of a signature of 32 bytes holds two bits that mean nothing.
    for (std::size_t at = 0; at + 1 < token.size(); ++at) {
        std::string changed = token;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        EXPECT_TRUE(is_refused(authority.verify(changed, k_now))) << at;
    }
}

TEST(TokenAuthorityTest, a_cut_or_lengthened_token_is_refused) {
    const TokenAuthority authority(k_key, 24h);
    const std::string token = issue(authority, "default");

    for (std::size_t size = 0; size < token.size(); ++size) {
        EXPECT_TRUE(is_refused(authority.verify(token.substr(0, size), k_now))) << size;
    }
    for (const std::string& more : {std::string("."), std::string(".x"), std::string("AAAA"), std::string("="),
                                    std::string(1, '\0'), std::string(" ")}) {
        EXPECT_TRUE(is_refused(authority.verify(token + more, k_now))) << more;
    }
}

TEST(TokenAuthorityTest, a_token_of_another_key_is_refused) {
    TokenKey other = k_key;
    other.back() ^= 1;

    EXPECT_TRUE(is_refused(TokenAuthority(other, 24h).verify(issue(TokenAuthority(k_key, 24h), "default"), k_now)));
}

TEST(TokenAuthorityTest, the_test_can_forge_good_tokens) {
    const TokenAuthority authority(k_key, 24h);

    EXPECT_EQ(authority.verify(forge(JWT_ALG_HS256, claims("\"ann\"", "1714557700")), k_now).value(), "ann");
}

TEST(TokenAuthorityTest, other_algorithms_are_refused_even_with_the_right_key) {
    const TokenAuthority authority(k_key, 24h);

    for (const jwt_alg_t algorithm : {JWT_ALG_NONE, JWT_ALG_HS384, JWT_ALG_HS512}) {
        const std::string token = forge(algorithm, claims("\"ann\"", "1714557700"));
        EXPECT_TRUE(is_refused(authority.verify(token, k_now))) << token;
    }
}

TEST(TokenAuthorityTest, a_stripped_signature_is_refused) {
    const TokenAuthority authority(k_key, 24h);
    const std::string token = forge(JWT_ALG_HS256, claims("\"ann\"", "1714557700"));
    const auto none = parts_of(forge(JWT_ALG_NONE, claims("\"ann\"", "1714557700")));

    EXPECT_TRUE(is_refused(authority.verify(token.substr(0, token.rfind('.') + 1), k_now)));
    EXPECT_TRUE(is_refused(authority.verify(none[0] + "." + none[1] + "." + parts_of(token)[2], k_now)));
}

TEST(TokenAuthorityTest, claims_that_are_missing_or_of_another_type_are_refused) {
    const TokenAuthority authority(k_key, 24h);

    for (const std::string& bad :
         {claims("\"ann\"", "1"), claims("\"ann\"", "-1714557700"), claims("\"ann\"", "\"1714557700\""),
          claims("\"ann\"", "1714557700.5"), claims("\"ann\"", "null"), claims("\"ann\"", "true"),
          claims("7", "1714557700"), claims("\"\"", "1714557700"), claims("\"a b\"", "1714557700"),
          claims("null", "1714557700"), std::string(R"({"sub":"ann"})"), std::string(R"({"exp":1714557700})"),
          std::string("{}")}) {
        EXPECT_TRUE(is_refused(authority.verify(forge(JWT_ALG_HS256, bad), k_now))) << bad;
    }
}

TEST(TokenAuthorityTest, nonsense_is_refused) {
    const TokenAuthority authority(k_key, 24h);

    for (const std::string& text : {std::string(), std::string("."), std::string(".."), std::string("..."),
                                    std::string("a.b.c"), std::string("e30.e30."), std::string(100'000, 'a')}) {
        EXPECT_TRUE(is_refused(authority.verify(text, k_now)));
    }
}

class TokenKeyTest : public testing::Test {
protected:
    TokenKeyTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "earshot-key-XXXXXX").string();
        directory_ = ::mkdtemp(pattern.data());
    }
    ~TokenKeyTest() override { std::filesystem::remove_all(directory_); }

    std::string file() const { return directory_ + "/token.key"; }
    mode_t mode() const {
        struct stat status{};
        EXPECT_EQ(::stat(file().c_str(), &status), 0);
        return status.st_mode & 07777;
    }
    void write(const std::string& content, mode_t permissions) const {
        std::ofstream(file(), std::ios::binary) << content;
        EXPECT_EQ(::chmod(file().c_str(), permissions), 0);
    }

    std::string directory_;
};

TEST_F(TokenKeyTest, is_made_for_its_owner_alone_and_nothing_else_is_left) {
    const TokenKey key = load_token_key(directory_).value();

    EXPECT_EQ(mode(), 0600U);
    std::ifstream stream(file(), std::ios::binary);
    const std::string content(std::istreambuf_iterator<char>(stream), {});
    EXPECT_TRUE(std::equal(content.begin(), content.end(), key.begin(), key.end(),
                           [](char a, unsigned char b) { return static_cast<unsigned char>(a) == b; }));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 1);
}

TEST_F(TokenKeyTest, outlives_a_restart_and_so_do_tokens) {
    const std::string token = issue(TokenAuthority(load_token_key(directory_).value(), 24h), "default");

    const TokenAuthority restarted(load_token_key(directory_).value(), 24h);

    EXPECT_EQ(restarted.verify(token, k_now).value(), "default");
}

TEST_F(TokenKeyTest, is_another_for_every_directory) {
    EXPECT_NE(load_token_key(directory_ + "/one").value(), load_token_key(directory_ + "/two").value());
}

TEST_F(TokenKeyTest, is_made_with_the_directories_before_it) {
    EXPECT_TRUE(load_token_key(directory_ + "/a/b").has_value());
    EXPECT_TRUE(std::filesystem::exists(directory_ + "/a/b/token.key"));
}

TEST_F(TokenKeyTest, of_another_size_is_refused) {
    for (const std::size_t size : {0U, 31U, 33U}) {
        write(std::string(size, 'k'), 0600);
        EXPECT_EQ(load_token_key(directory_).error().code, base::Errc::io_failed) << size;
    }
    write(std::string(32, 'k'), 0600);
    EXPECT_TRUE(load_token_key(directory_).has_value());
}

TEST_F(TokenKeyTest, that_others_may_use_is_refused) {
    for (const mode_t permissions : {0640U, 0604U, 0620U, 0644U}) {
        write(std::string(32, 'k'), permissions);
        EXPECT_THAT(load_token_key(directory_).error().message, HasSubstr("chmod 600")) << permissions;
    }
    write(std::string(32, 'k'), 0400);
    EXPECT_TRUE(load_token_key(directory_).has_value());
}

TEST_F(TokenKeyTest, is_refused_where_its_directory_is_a_file) {
    std::ofstream(directory_ + "/file") << "in the way";

    const auto key = load_token_key(directory_ + "/file");

    ASSERT_TRUE(key.has_error());
    EXPECT_EQ(key.error().code, base::Errc::io_failed);
    EXPECT_THAT(key.error().message, HasSubstr("Not a directory"));
}

TEST_F(TokenKeyTest, is_the_same_for_servers_that_begin_at_once) {
    std::vector<TokenKey> keys(8);
    {
        std::vector<std::jthread> servers;
        for (TokenKey& key : keys) servers.emplace_back([&] { key = load_token_key(directory_).value(); });
    }

    EXPECT_THAT(keys, testing::Each(keys.front()));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 1);
}

}  // namespace
}  // namespace earshot::app
