#include "earshot/app/application.hpp"
#include "earshot/app/secrets.hpp"

#include "support/net/clients.hpp"
#include "support/net/each_transport.hpp"
#include "support/net/test_server.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

namespace earshot::testing {
namespace {

constexpr std::string_view k_socket = "/v1/streaming/x";

/// A server as `earshot serve` makes it, with one app of which two sockets may be open.
class AccountsTest : public EachTransport {
protected:
    AccountsTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "earshot-accounts-XXXXXX").string();
        settings_.data.directory = ::mkdtemp(pattern.data());
        settings_.auth.apps_file = settings_.data.directory + "/apps.yaml";
        settings_.log.level = app::LogLevel::error;
        settings_.transport.refusal_delay = {};
        std::ofstream(settings_.auth.apps_file)
            << app::app_entry({"my-app", app::hash_secret("my secret"), "ann", {}, {}, {}}) << "  sessions: 2\n";
        application_.emplace(settings_, app::load_apps(settings_.auth.apps_file).apps,
                             app::load_token_keys(settings_.data.directory).value(), app::Logger(settings_.log));
        server_.emplace(on_loopback(app::server_options(settings_, 1), transport()), *application_, pool_, nullptr);
        port_ = Port(server_->start().value(), transport());
    }
    ~AccountsTest() override {
        server_.reset();
        application_.reset();
        std::filesystem::remove_all(settings_.data.directory);
    }

    HttpResponse ask(const std::string& secret, std::string_view path = "/oauth2/token:generate") {
        return http(port_, "POST", path, {{"Content-Type", "application/json"}},
                    R"({"type":"application","AuthURI":"x","appId":"my-app","appSecret":")" + secret + R"("})");
    }
    std::string token() { return std::string(boost::json::parse(ask("my secret").body).at("accessToken").as_string()); }

    app::Settings settings_;
    net::ComputePool pool_{1, 64};
    std::optional<app::Application> application_;
    std::optional<net::Server> server_;
    Port port_;
};

TEST_P(AccountsTest, a_right_pair_gives_a_token) {
    for (const char* path : {"/oauth2/token:generate", "/oauth2/token%3Agenerate"}) {
        const HttpResponse response = ask("my secret", path);
        ASSERT_EQ(response.status, 200U) << response.body;
        const auto body = boost::json::parse(response.body).as_object();
        EXPECT_EQ(body.size(), 2U);
        EXPECT_EQ(body.at("expiresIn"), 86'400);
    }
}

TEST_P(AccountsTest, a_wrong_pair_is_401_and_after_a_while_429) {
    for (std::uint32_t i = 0; i <= app::FailedTries::k_free; ++i) {
        const HttpResponse response = ask("wrong");
        EXPECT_EQ(response.status, 401U);
        EXPECT_TRUE(boost::json::parse(response.body).as_object().contains("message"));
    }

    const HttpResponse slowed = ask("wrong");

    EXPECT_EQ(slowed.status, 429U);
    EXPECT_EQ(slowed.headers.at("retry-after"), "1");
}

TEST_P(AccountsTest, any_carrier_of_the_token_opens_a_socket) {
    const std::string good = token();

    for (const Headers& headers :
         {Headers{{"X-API-KEY", good}}, Headers{{"Authorization", "Bearer " + good}},
          Headers{{"Sec-WebSocket-Protocol", good}}, Headers{{"x-api-key", "bad"}, {"Sec-WebSocket-Protocol", good}}}) {
        WsClient client(port_, k_socket, headers);
        EXPECT_TRUE(client.is_open());
        client.close(1000);
    }
    EXPECT_TRUE(WsClient(port_, std::string(k_socket) + "?access_token=" + good).is_open());
}

TEST_P(AccountsTest, no_token_and_a_bad_one_are_refused_before_the_upgrade) {
    const std::string good = token();
    std::string changed = good;
    changed[good.size() / 2] = good[good.size() / 2] == 'A' ? 'B' : 'A';

    for (const Headers& headers : {Headers{}, Headers{{"x-api-key", changed}}, Headers{{"x-api-key", good + "A"}}}) {
        const WsClient client(port_, k_socket, headers);
        EXPECT_EQ(client.response().status, 401U);
        EXPECT_EQ(client.response().body, R"({"message":"Token validation failed for provided token."})");
    }
    EXPECT_EQ(http(port_, "GET", "/healthz").status, 200U);
}

TEST_P(AccountsTest, one_socket_too_many_of_an_account_is_told_so) {
    const Headers good{{"x-api-key", token()}};
    WsClient first(port_, k_socket, good);
    WsClient second(port_, k_socket, good);
    ASSERT_TRUE(first.is_silent() && second.is_silent());
    WsClient third(port_, k_socket, good);

    const auto messages = third.receive_all();

    ASSERT_EQ(messages.size(), 1U);
    EXPECT_THAT(messages[0], ::testing::HasSubstr(R"("code":"too_many")"));
    EXPECT_EQ(third.close_code(), 1000);
    first.close(1000);
    WsClient fourth(port_, k_socket, good);
    EXPECT_TRUE(fourth.is_silent());
}

INSTANTIATE_TEST_SUITE_P(Over, AccountsTest, each_transport(), transport_name);

}  // namespace
}  // namespace earshot::testing
