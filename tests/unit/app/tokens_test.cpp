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

TokenKeys only(const TokenKey& key) {
    return {key, std::nullopt};
}

TokenClaims account(std::string name) {
    return {std::move(name), {}};
}

std::string issue(const TokenAuthority& authority, std::string name, base::WallTime now = k_now) {
    return authority.issue(account(std::move(name)), now).value().token;
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

bool is_refused(const base::Result<TokenClaims>& verdict) {
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

std::string with_more(std::string claims, const std::string& more) {
    claims.pop_back();
    return claims + "," + more + "}";
}

std::string claims(const std::string& account_json, const std::string& expires) {
    return R"({"iat":1714557600,"exp":)" + expires + R"(,"sub":)" + account_json + "}";
}

TEST(TokenAuthorityTest, a_token_names_its_account) {
    const TokenAuthority authority(only(k_key), 24h);

    EXPECT_EQ(authority.verify(issue(authority, "default"), k_now).value(), account("default"));
    EXPECT_EQ(authority.issue(account("default"), k_now).value().expires_in, 24h);
}

TEST(TokenAuthorityTest, claims_are_what_clients_read) {
    const TokenAuthority authority(only(k_key), 24h);

    const auto parts = parts_of(issue(authority, "ann+1@example.com"));

    ASSERT_EQ(parts.size(), 3U);
    const auto claims_read = boost::json::parse(decode(parts[1])).as_object();
    EXPECT_EQ(claims_read.at("iat"), 1'714'557'600);
    EXPECT_EQ(claims_read.at("exp"), 1'714'557'600 + 86'400);
    EXPECT_EQ(claims_read.at("sub"), "ann+1@example.com");
    EXPECT_EQ(boost::json::parse(decode(parts[0])).at("alg"), "HS256");
}

TEST(TokenAuthorityTest, thousands_of_tokens_have_the_shape_and_are_all_unlike) {
    const TokenAuthority authority(only(k_key), 24h);
    const std::string letters = std::string(k_plain_base64) + "._@+-";
    std::set<std::string> tokens;

    for (std::size_t i = 0; i < 5'000; ++i) {
        const std::string name(1 + i % 97, letters[i % letters.size()]);
        const std::string token = issue(authority, name, k_now + std::chrono::seconds(i * 7919));
        const auto parts = parts_of(token);
        ASSERT_EQ(parts.size(), 3U);
        ASSERT_EQ(token.find_first_not_of(std::string(k_plain_base64) + "._-"), std::string::npos) << token;
        decode(parts[0]);
        ASSERT_EQ(std::string(boost::json::parse(decode(parts[1])).at("sub").as_string()), name);
        tokens.insert(token);
    }

    EXPECT_EQ(tokens.size(), 5'000U);
}

TEST(TokenAuthorityTest, tokens_of_the_same_moment_differ) {
    const TokenAuthority authority(only(k_key), 24h);

    EXPECT_NE(issue(authority, "default"), issue(authority, "default"));
}

TEST(TokenAuthorityTest, a_token_lives_exactly_as_long_as_it_says) {
    const TokenAuthority authority(only(k_key), 100s);
    const std::string token = issue(authority, "default");

    EXPECT_TRUE(authority.verify(token, k_now + 99s).has_value());
    EXPECT_TRUE(is_refused(authority.verify(token, k_now + 100s)));
    EXPECT_TRUE(is_refused(authority.verify(token, k_now + 1000h)));
}

TEST(TokenAuthorityTest, no_token_lives_longer_than_clients_can_bear) {
    const TokenAuthority authority(only(k_key), 10'000h);

    EXPECT_EQ(authority.issue(account("default"), k_now).value().expires_in, k_longest_token_life);
    EXPECT_EQ(TokenAuthority(only(k_key), k_longest_token_life).issue(account("a"), k_now).value().expires_in,
              24h * 24);
    EXPECT_LT(std::chrono::milliseconds(k_longest_token_life).count(), 2'147'483'647);
}

TEST(TokenAuthorityTest, accounts_that_would_spoil_a_token_get_none) {
    const TokenAuthority authority(only(k_key), 24h);

    for (const std::string& name :
         {std::string(), std::string("a b"), std::string("what?"), std::string("a>b"), std::string("~"),
          std::string("\xC3\xA9"), std::string("a\0b", 3), std::string(129, 'a')}) {
        EXPECT_EQ(authority.issue(account(name), k_now).error().code, base::Errc::invalid_value) << name;
    }
    EXPECT_TRUE(authority.issue(account(std::string(128, 'a')), k_now).has_value());
}

TEST(TokenAuthorityTest, a_changed_character_anywhere_is_refused) {
    const TokenAuthority authority(only(k_key), 24h);
    const std::string token = issue(authority, "default");

    for (std::size_t at = 0; at < token.size(); ++at) {
        std::string changed = token;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        EXPECT_TRUE(is_refused(authority.verify(changed, k_now))) << at;
    }
}

TEST(TokenAuthorityTest, a_cut_or_lengthened_token_is_refused) {
    const TokenAuthority authority(only(k_key), 24h);
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

    EXPECT_TRUE(
        is_refused(TokenAuthority(only(other), 24h).verify(issue(TokenAuthority(only(k_key), 24h), "default"), k_now)));
}

TEST(TokenAuthorityTest, the_test_can_forge_good_tokens) {
    const TokenAuthority authority(only(k_key), 24h);

    EXPECT_EQ(authority.verify(forge(JWT_ALG_HS256, claims("\"ann\"", "1714557700")), k_now).value(), account("ann"));
}

TEST(TokenAuthorityTest, other_algorithms_are_refused_even_with_the_right_key) {
    const TokenAuthority authority(only(k_key), 24h);

    for (const jwt_alg_t algorithm : {JWT_ALG_NONE, JWT_ALG_HS384, JWT_ALG_HS512}) {
        const std::string token = forge(algorithm, claims("\"ann\"", "1714557700"));
        EXPECT_TRUE(is_refused(authority.verify(token, k_now))) << token;
    }
}

TEST(TokenAuthorityTest, a_stripped_signature_is_refused) {
    const TokenAuthority authority(only(k_key), 24h);
    const std::string token = forge(JWT_ALG_HS256, claims("\"ann\"", "1714557700"));
    const auto none = parts_of(forge(JWT_ALG_NONE, claims("\"ann\"", "1714557700")));

    EXPECT_TRUE(is_refused(authority.verify(token.substr(0, token.rfind('.') + 1), k_now)));
    EXPECT_TRUE(is_refused(authority.verify(none[0] + "." + none[1] + "." + parts_of(token)[2], k_now)));
}

TEST(TokenAuthorityTest, claims_that_are_missing_or_of_another_type_are_refused) {
    const TokenAuthority authority(only(k_key), 24h);

    for (const std::string& bad :
         {claims("\"ann\"", "1"), claims("\"ann\"", "-1714557700"), claims("\"ann\"", "\"1714557700\""),
          claims("\"ann\"", "1714557700.5"), claims("\"ann\"", "null"), claims("\"ann\"", "true"),
          claims("7", "1714557700"), claims("\"\"", "1714557700"), claims("\"a b\"", "1714557700"),
          claims("null", "1714557700"), std::string(R"({"sub":"ann"})"), std::string(R"({"exp":1714557700})"),
          std::string("{}")}) {
        EXPECT_TRUE(is_refused(authority.verify(forge(JWT_ALG_HS256, bad), k_now))) << bad;
    }
}

TEST(TokenAuthorityTest, a_token_that_is_not_yet_valid_is_refused) {
    const TokenAuthority authority(only(k_key), 24h);
    const std::string good = claims("\"ann\"", "1714557700");

    EXPECT_TRUE(authority.verify(forge(JWT_ALG_HS256, with_more(good, R"("nbf":1714557600)")), k_now).has_value());
    for (const char* bad : {R"("nbf":1714557601)", R"("nbf":"1")", R"("nbf":null)"}) {
        EXPECT_TRUE(is_refused(authority.verify(forge(JWT_ALG_HS256, with_more(good, bad)), k_now))) << bad;
    }
}

TEST(TokenAuthorityTest, a_token_names_the_app_it_was_given_to) {
    const TokenAuthority authority(only(k_key), 24h);
    const TokenClaims claims{"ann", "my-app"};

    EXPECT_EQ(authority.verify(authority.issue(claims, k_now).value().token, k_now).value(), claims);
    EXPECT_EQ(authority.verify(authority.issue({"ann", std::string(k_operator)}, k_now).value().token, k_now).value(),
              (TokenClaims{"ann", std::string(k_operator)}));
    EXPECT_EQ(authority.issue({"ann", "what?"}, k_now).error().code, base::Errc::invalid_value);
}

TEST(TokenAuthorityTest, a_life_of_its_own_goes_before_the_usual_one) {
    const TokenAuthority authority(only(k_key), 24h);

    const IssuedToken issued = authority.issue(account("ann"), k_now, 60s).value();

    EXPECT_EQ(issued.expires_in, 60s);
    EXPECT_TRUE(authority.verify(issued.token, k_now + 59s).has_value());
    EXPECT_TRUE(is_refused(authority.verify(issued.token, k_now + 60s)));
    EXPECT_EQ(authority.issue(account("ann"), k_now, 10'000h).value().expires_in, k_longest_token_life);
}

TEST(TokenAuthorityTest, tokens_of_the_previous_key_are_believed_and_none_are_made) {
    TokenKey other = k_key;
    other.back() ^= 1;
    const std::string old_token = issue(TokenAuthority(only(k_key), 24h), "ann");
    const TokenAuthority rotated({other, k_key}, 24h);

    EXPECT_EQ(rotated.verify(old_token, k_now).value(), account("ann"));
    const std::string new_token = issue(rotated, "ann");
    EXPECT_TRUE(TokenAuthority(only(other), 24h).verify(new_token, k_now).has_value());
    EXPECT_TRUE(is_refused(TokenAuthority(only(k_key), 24h).verify(new_token, k_now)));
}

TEST(TokenAuthorityTest, a_token_says_which_key_signed_it_and_must_not_lie) {
    TokenKey other = k_key;
    other.back() ^= 1;
    const auto forge_with = [](const std::string& kid, const TokenKey& key) {
        jwt_t* jwt = nullptr;
        EXPECT_EQ(jwt_new(&jwt), 0);
        EXPECT_EQ(jwt_add_header(jwt, "kid", kid.c_str()), 0);
        EXPECT_EQ(jwt_add_grants_json(jwt, claims("\"ann\"", "1714557700").c_str()), 0);
        EXPECT_EQ(jwt_set_alg(jwt, JWT_ALG_HS256, key.data(), static_cast<int>(key.size())), 0);
        const std::unique_ptr<char, decltype(&std::free)> text(jwt_encode_str(jwt), &std::free);
        jwt_free(jwt);
        return std::string(text.get());
    };
    const TokenAuthority authority({k_key, other}, 24h);

    EXPECT_EQ(boost::json::parse(decode(parts_of(issue(authority, "ann"))[0])).at("kid").as_string(), key_id(k_key));
    EXPECT_NE(key_id(k_key), key_id(other));
    EXPECT_EQ(key_id(k_key).size(), 16U);
    EXPECT_TRUE(authority.verify(forge_with(key_id(k_key), k_key), k_now).has_value());
    EXPECT_TRUE(authority.verify(forge_with(key_id(other), other), k_now).has_value());
    EXPECT_TRUE(is_refused(authority.verify(forge_with(key_id(other), k_key), k_now)));
    EXPECT_TRUE(is_refused(authority.verify(forge_with("", k_key), k_now)));
}

TEST(TokenAuthorityTest, tokens_that_name_no_key_are_tried_with_all) {
    TokenKey other = k_key;
    other.back() ^= 1;
    const std::string good = claims("\"ann\"", "1714557700");
    const TokenAuthority authority({k_key, other}, 24h);

    EXPECT_TRUE(authority.verify(forge(JWT_ALG_HS256, good, k_key), k_now).has_value());
    EXPECT_TRUE(authority.verify(forge(JWT_ALG_HS256, good, other), k_now).has_value());
}

TEST(TokenAuthorityTest, nonsense_is_refused) {
    const TokenAuthority authority(only(k_key), 24h);

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
    const TokenKey key = load_token_keys(directory_).value().current;

    EXPECT_EQ(mode(), 0600U);
    std::ifstream stream(file(), std::ios::binary);
    const std::string content(std::istreambuf_iterator<char>(stream), {});
    EXPECT_TRUE(std::equal(content.begin(), content.end(), key.begin(), key.end(),
                           [](char a, unsigned char b) { return static_cast<unsigned char>(a) == b; }));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 1);
}

TEST_F(TokenKeyTest, outlives_a_restart_and_so_do_tokens) {
    const std::string token = issue(TokenAuthority(load_token_keys(directory_).value(), 24h), "default");

    const TokenAuthority restarted(load_token_keys(directory_).value(), 24h);

    EXPECT_EQ(restarted.verify(token, k_now).value(), account("default"));
}

TEST_F(TokenKeyTest, is_another_for_every_directory) {
    EXPECT_NE(load_token_keys(directory_ + "/one").value(), load_token_keys(directory_ + "/two").value());
}

TEST_F(TokenKeyTest, is_made_with_the_directories_before_it) {
    EXPECT_TRUE(load_token_keys(directory_ + "/a/b").has_value());
    EXPECT_TRUE(std::filesystem::exists(directory_ + "/a/b/token.key"));
}

TEST_F(TokenKeyTest, of_another_size_is_refused) {
    for (const std::size_t size : {0U, 31U, 33U}) {
        write(std::string(size, 'k'), 0600);
        EXPECT_EQ(load_token_keys(directory_).error().code, base::Errc::io_failed) << size;
    }
    write(std::string(32, 'k'), 0600);
    EXPECT_TRUE(load_token_keys(directory_).has_value());
}

TEST_F(TokenKeyTest, that_others_may_use_is_refused) {
    for (const mode_t permissions : {0640U, 0604U, 0620U, 0644U}) {
        write(std::string(32, 'k'), permissions);
        EXPECT_THAT(load_token_keys(directory_).error().message, HasSubstr("chmod 600")) << permissions;
    }
    write(std::string(32, 'k'), 0400);
    EXPECT_TRUE(load_token_keys(directory_).has_value());
}

TEST_F(TokenKeyTest, rotates_and_remembers_the_one_before) {
    const TokenKeys first = load_token_keys(directory_).value();
    EXPECT_EQ(first.previous, std::nullopt);

    ASSERT_TRUE(rotate_token_key(directory_).has_value());

    const TokenKeys second = load_token_keys(directory_).value();
    EXPECT_NE(second.current, first.current);
    EXPECT_EQ(second.previous, first.current);
    EXPECT_EQ(mode(), 0600U);
    ASSERT_TRUE(rotate_token_key(directory_).has_value());
    EXPECT_EQ(load_token_keys(directory_).value().previous, second.current);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 2);
}

TEST_F(TokenKeyTest, is_made_by_a_rotation_too) {
    ASSERT_TRUE(rotate_token_key(directory_ + "/new").has_value());

    const TokenKeys keys = load_token_keys(directory_ + "/new").value();
    EXPECT_NE(keys.previous, keys.current);
}

TEST_F(TokenKeyTest, before_the_current_one_is_held_to_the_same_rules) {
    ASSERT_TRUE(rotate_token_key(directory_).has_value());
    ASSERT_EQ(::chmod((file() + ".previous").c_str(), 0644), 0);

    const auto keys = load_token_keys(directory_);

    ASSERT_TRUE(keys.has_error());
    EXPECT_THAT(keys.error().message, testing::StartsWith(file() + ".previous: "));
}

TEST_F(TokenKeyTest, is_refused_where_its_directory_is_a_file) {
    std::ofstream(directory_ + "/file") << "in the way";

    const auto key = load_token_keys(directory_ + "/file");

    ASSERT_TRUE(key.has_error());
    EXPECT_EQ(key.error().code, base::Errc::io_failed);
    EXPECT_THAT(key.error().message, HasSubstr("Not a directory"));
}

TEST_F(TokenKeyTest, is_the_same_for_servers_that_begin_at_once) {
    std::vector<TokenKeys> keys(8);
    {
        std::vector<std::jthread> servers;
        for (TokenKeys& key : keys) servers.emplace_back([&] { key = load_token_keys(directory_).value(); });
    }

    EXPECT_THAT(keys, testing::Each(keys.front()));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 1);
}

}  // namespace
}  // namespace earshot::app
