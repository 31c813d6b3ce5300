#include "earshot/app/play.hpp"
#include "earshot/app/ws_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace earshot::app {
namespace {

using testing::HasSubstr;

struct Outcome {
    int code;
    std::string out;
    std::string err;
};

Outcome run(const PlayOptions& options) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = play(options, out, err);
    return {code, out.str(), err.str()};
}

class PlayOptionsTest : public testing::Test {
protected:
    PlayOptionsTest() : folder_(std::filesystem::path(testing::TempDir()) / "earshot_play_options") {
        std::filesystem::create_directories(folder_);
        good_.call_file = write("call.jsonl", "{\"text\":\"how much\"}\n");
        good_.trackers_file = write("trackers.json", R"([{"name":"T","vocabulary":["how much"]}])");
        good_.url = "ws://127.0.0.1:1";  // nobody listens there
    }
    ~PlayOptionsTest() override { std::filesystem::remove_all(folder_); }

    std::string write(const std::string& name, const std::string& content) const {
        const std::string path = folder_ / name;
        std::ofstream(path) << content;
        return path;
    }

    std::filesystem::path folder_;
    PlayOptions good_;
};

TEST_F(PlayOptionsTest, without_a_server_it_fails_at_work) {
    const Outcome outcome = run(good_);

    EXPECT_EQ(outcome.code, 1);
    EXPECT_THAT(outcome.err, HasSubstr("cannot connect to 127.0.0.1:1"));
    EXPECT_EQ(outcome.out, "");
}

TEST_F(PlayOptionsTest, wrong_usage_is_told_before_anything_is_connected) {
    const auto expect_refused = [&](auto change, const char* message) {
        PlayOptions options = good_;
        change(options);
        const Outcome outcome = run(options);
        EXPECT_EQ(outcome.code, 2);
        EXPECT_THAT(outcome.err, HasSubstr(message));
        EXPECT_EQ(outcome.out, "");
    };

    expect_refused([](PlayOptions& o) { o.url = "https://127.0.0.1"; },
                   "must begin with ws:// or wss://, not https://");
    expect_refused([](PlayOptions& o) { o.url = "http://127.0.0.1:8080"; },
                   "must begin with ws:// or wss://, not http://");
    expect_refused([](PlayOptions& o) { o.url = "127.0.0.1:8080"; }, "127.0.0.1:8080");
    expect_refused([](PlayOptions& o) { o.speed = "fast"; }, "the speed \"fast\"");
    expect_refused([](PlayOptions& o) { o.threshold = 1.5; }, "between 0 and 1");
    expect_refused([](PlayOptions& o) { o.call_file += ".absent"; }, "call.jsonl.absent: cannot be read");
    expect_refused([](PlayOptions& o) { o.trackers_file += ".absent"; }, "trackers.json.absent: cannot be read");
    expect_refused([&](PlayOptions& o) { o.call_file = write("bad.jsonl", "{\"text\":1}"); },
                   "bad.jsonl: line 1: /text: ");
    expect_refused([&](PlayOptions& o) { o.trackers_file = write("bad.json", R"([{"name":"T"}])"); }, "bad.json: /0");
}

struct UrlCase {
    const char* name;
    const char* url;
    WsUrl expected;
};

class WsUrlTest : public testing::TestWithParam<UrlCase> {};

TEST_P(WsUrlTest, is_taken_apart) {
    const auto url = parse_ws_url(GetParam().url);

    ASSERT_TRUE(url);
    EXPECT_EQ(url->host, GetParam().expected.host);
    EXPECT_EQ(url->port, GetParam().expected.port);
    EXPECT_EQ(url->target, GetParam().expected.target);
    EXPECT_EQ(url->tls, GetParam().expected.tls);
}

INSTANTIATE_TEST_SUITE_P(
    All, WsUrlTest,
    testing::Values(UrlCase{"plain", "ws://127.0.0.1:8080", {"127.0.0.1", "8080", ""}},
                    UrlCase{"default_port", "ws://localhost", {"localhost", "80", ""}},
                    UrlCase{"slash", "ws://localhost/", {"localhost", "80", ""}},
                    UrlCase{"path_and_query",
                            "ws://h:1/v1/streaming/x%20y?access_token=t",
                            {"h", "1", "/v1/streaming/x%20y?access_token=t"}},
                    UrlCase{"query_alone", "ws://h:1?access_token=t", {"h", "1", "/?access_token=t"}},
                    UrlCase{"ipv6", "ws://[::1]:9/x", {"::1", "9", "/x"}}, UrlCase{"case", "WS://h", {"h", "80", ""}},
                    UrlCase{"tls", "wss://h/x", {"h", "443", "/x", true}},
                    UrlCase{"tls_with_port", "wss://127.0.0.1:8443", {"127.0.0.1", "8443", "", true}}),
    [](const auto& c) { return std::string(c.param.name); });

TEST(WsUrlErrorTest, what_is_no_websocket_url_is_refused) {
    EXPECT_EQ(parse_ws_url("https://h").error().code, base::Errc::unsupported);
    EXPECT_EQ(parse_ws_url("ftp://h").error().code, base::Errc::unsupported);
    for (const char* bad : {"", "ws://", "ws:h", "h:80", "/x", "ws://h:port", "ws://h y"}) {
        EXPECT_FALSE(parse_ws_url(bad)) << bad;
    }
}

}  // namespace
}  // namespace earshot::app
