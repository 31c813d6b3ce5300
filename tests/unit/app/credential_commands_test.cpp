#include "earshot/app/credential_commands.hpp"

#include "earshot/app/app_list.hpp"
#include "earshot/app/secrets.hpp"
#include "earshot/app/tokens.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <sstream>
#include <unistd.h>

namespace earshot::app {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

constexpr base::WallTime k_now{1'714'557'600'000ms};

TEST(SecretCommandTest, prints_the_hash_of_the_first_line) {
    for (const char* input : {"a secret", "a secret\n", "a secret\r\n", "a secret\nmore\n"}) {
        std::istringstream in(input);
        std::ostringstream out;
        std::ostringstream err;

        EXPECT_EQ(print_secret_hash(in, out, err), 0);

        std::string hash = out.str();
        ASSERT_TRUE(hash.ends_with('\n'));
        hash.pop_back();
        EXPECT_TRUE(is_secret_of(hash, "a secret"));
        EXPECT_THAT(err.str(), IsEmpty());
    }
}

TEST(SecretCommandTest, refuses_what_is_no_secret) {
    for (const std::string& input : {std::string(), std::string("\n"), std::string(k_longest_secret + 1, 'a')}) {
        std::istringstream in(input);
        std::ostringstream out;
        std::ostringstream err;

        EXPECT_EQ(print_secret_hash(in, out, err), 2);
        EXPECT_THAT(out.str(), IsEmpty());
        EXPECT_THAT(err.str(), HasSubstr("secret: "));
    }
}

TEST(SecretCommandTest, makes_an_app_whose_entry_can_be_read) {
    std::ostringstream out;
    std::ostringstream err;

    EXPECT_EQ(make_app("ann", out, err), 0);

    const LoadedApps loaded = parse_apps(out.str(), "");
    ASSERT_THAT(loaded.apps, SizeIs(1));
    EXPECT_THAT(loaded.problems, IsEmpty());
    const App& app = loaded.apps.front();
    EXPECT_EQ(app.account, "ann");
    EXPECT_THAT(app.id, testing::MatchesRegex("[A-Za-z0-9]{64}"));
    EXPECT_THAT(err.str(), HasSubstr("appId: " + app.id + "\n"));
    const std::string mark = "appSecret: ";
    const std::string secret = err.str().substr(err.str().find(mark) + mark.size(), 128);
    EXPECT_THAT(secret, testing::MatchesRegex("[A-Za-z0-9]{128}"));
    EXPECT_TRUE(is_secret_of(app.secret_hash, secret));
    EXPECT_THAT(out.str(), testing::Not(HasSubstr(secret)));
}

TEST(SecretCommandTest, makes_no_app_for_an_account_that_cannot_be) {
    std::ostringstream out;
    std::ostringstream err;

    EXPECT_EQ(make_app("a b", out, err), 2);
    EXPECT_THAT(out.str(), IsEmpty());
}

class TokenCommandTest : public testing::Test {
protected:
    TokenCommandTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "earshot-token-XXXXXX").string();
        options_.data_directory = ::mkdtemp(pattern.data());
        options_.config_file = "/dev/null";
    }
    ~TokenCommandTest() override { std::filesystem::remove_all(options_.data_directory); }

    TokenClaims claims_of(std::string printed, base::WallTime now) const {
        printed.pop_back();
        return TokenAuthority(load_token_keys(options_.data_directory).value(), 1h).verify(printed, now).value();
    }

    TokenOptions options_;
    std::ostringstream out_;
    std::ostringstream err_;
};

TEST_F(TokenCommandTest, prints_a_token_of_the_operators) {
    options_.account = "ann";
    options_.life = 60s;

    EXPECT_EQ(print_token(options_, k_now, out_, err_), 0) << err_.str();

    EXPECT_EQ(claims_of(out_.str(), k_now + 59s), (TokenClaims{"ann", std::string(k_operator)}));
    EXPECT_THROW(claims_of(out_.str(), k_now + 60s), std::exception);
}

TEST_F(TokenCommandTest, refuses_an_account_that_cannot_be_and_a_key_that_is_none) {
    options_.account = "a b";
    EXPECT_EQ(print_token(options_, k_now, out_, err_), 2);

    options_.account = "ann";
    std::filesystem::resize_file(options_.data_directory + "/token.key", 7);
    EXPECT_EQ(print_token(options_, k_now, out_, err_), 1);
    EXPECT_THAT(err_.str(), HasSubstr("token.key: is no key"));
    EXPECT_THAT(out_.str(), IsEmpty());

    options_.config_file = "/nonexistent";
    EXPECT_EQ(print_token(options_, k_now, out_, err_), 2);
}

TEST_F(TokenCommandTest, rotates_the_key_and_says_its_name) {
    ASSERT_EQ(print_token(options_, k_now, out_, err_), 0);
    const std::string token = out_.str();
    out_.str({});

    EXPECT_EQ(rotate_key(options_, out_, err_), 0) << err_.str();

    const TokenKeys keys = load_token_keys(options_.data_directory).value();
    EXPECT_EQ(out_.str(), key_id(keys.current) + "\n");
    EXPECT_EQ(claims_of(token, k_now).account, "default");
}

}  // namespace
}  // namespace earshot::app
