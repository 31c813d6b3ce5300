#include "earshot/app/trackers_command.hpp"

#include "earshot/app/rest_client.hpp"

#include "support/net/canned_server.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace earshot::app {
namespace {

using support::CannedServer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* k_two =
    R"({"trackers":[{"id":"1234567890123456","name":"Pricing","vocabulary":["how much","what does it cost"]},)"
    R"({"id":"22","name":"Dates","vocabulary":[],"patterns":["\\d{4}"]}]})";
constexpr const char* k_one =
    R"({"tracker":{"id":"22","name":"Pricing","description":"money","vocabulary":["how much"],)"
    R"("patterns":["\\d+ euros"],"excludeVocabulary":["how much longer"]}})";

class TrackersCommandTest : public testing::Test {
protected:
    TrackersCommandTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "earshot-trackers-XXXXXX").string();
        directory_ = ::mkdtemp(pattern.data());
    }
    ~TrackersCommandTest() override { std::filesystem::remove_all(directory_); }

    std::string file(const std::string& content) const {
        std::ofstream(directory_ + "/trackers.json") << content;
        return directory_ + "/trackers.json";
    }

    int run(TrackersOptions options) {
        out_.str({});
        err_.str({});
        return trackers(options, out_, err_);
    }
    std::string out() const { return out_.str(); }
    std::string err() const { return err_.str(); }

    std::string directory_;
    std::ostringstream out_;
    std::ostringstream err_;
};

TEST_F(TrackersCommandTest, lists_as_a_table) {
    CannedServer server({{200, k_two}});

    EXPECT_EQ(run({.url = server.url(), .token = "a.b.c"}), 0);

    EXPECT_EQ(out(),
              "id                name     phrases\n"
              "1234567890123456  Pricing  2\n"
              "22                Dates    1\n");
    EXPECT_THAT(server.asked, ElementsAre("GET /v1/manage/trackers "));
    EXPECT_THAT(server.authorizations, ElementsAre("Bearer a.b.c"));
}

TEST_F(TrackersCommandTest, lists_as_json_as_the_server_has_it) {
    CannedServer server({{200, k_two}});

    EXPECT_EQ(run({.url = server.url() + "/", .json = true, .name = "Wh\xC3\xA4t's & why"}), 0);

    EXPECT_EQ(out(), std::string(k_two) + "\n");
    EXPECT_THAT(server.asked, ElementsAre("GET /v1/manage/trackers?name=Wh%C3%A4t%27s%20%26%20why "));
    EXPECT_THAT(server.authorizations, ElementsAre(""));
}

TEST_F(TrackersCommandTest, shows_one_by_its_id) {
    CannedServer server({{200, k_one}});

    EXPECT_EQ(run({.url = server.url(), .action = TrackersAction::get, .ids = {"22"}}), 0);

    EXPECT_EQ(out(), "Pricing  (22)\nmoney\n  how much\n  /\\d+ euros/\n  not: how much longer\n");
    EXPECT_THAT(server.asked, ElementsAre("GET /v1/manage/trackers/22 "));
}

TEST_F(TrackersCommandTest, shows_one_by_its_name) {
    CannedServer server({{200, R"({"trackers":[{"id":"1","name":"A b","vocabulary":["c"]}]})"}});

    EXPECT_EQ(run({.url = server.url(), .action = TrackersAction::get, .ids = {"A b"}}), 0);

    EXPECT_EQ(out(), "A b  (1)\n  c\n");
    EXPECT_THAT(server.asked, ElementsAre("GET /v1/manage/trackers?name=A%20b "));
}

TEST_F(TrackersCommandTest, a_name_of_digits_is_found_too) {
    CannedServer server({{404, R"({"message":"no"})"}, {200, R"({"trackers":[{"id":"1","name":"2024"}]})"}});

    EXPECT_EQ(run({.url = server.url(), .action = TrackersAction::get, .ids = {"2024"}}), 0);

    EXPECT_EQ(out(), "2024  (1)\n");
}

TEST_F(TrackersCommandTest, says_what_is_nowhere) {
    CannedServer server({{200, R"({"trackers":[]})"}});

    EXPECT_EQ(run({.url = server.url(), .action = TrackersAction::get, .ids = {"x"}}), 1);

    EXPECT_EQ(err(), "no tracker has the id or name x\n");
}

TEST_F(TrackersCommandTest, sends_files_as_one_or_as_many) {
    CannedServer server({{200, k_one}, {200, k_two}, {200, k_two}});
    const auto create = [&](const std::string& content) {
        return run({.url = server.url(), .action = TrackersAction::create, .file = file(content)});
    };
    const std::string one = R"({"name":"a","vocabulary":["b"]})";

    EXPECT_EQ(create(one), 0);
    EXPECT_THAT(out(), HasSubstr("22  Pricing  2"));
    EXPECT_EQ(create("[" + one + "]"), 0);
    EXPECT_EQ(create("{\"trackers\": [" + one + "]}"), 0);

    const std::string create_path = "POST /v1/manage/trackers ";
    EXPECT_THAT(server.asked,
                ElementsAre(create_path + one, create_path + "[" + one + "]", create_path + "[" + one + "]"));
}

TEST_F(TrackersCommandTest, updates_and_imports) {
    CannedServer server({{200, k_one}, {200, k_two}, {200, k_two}});
    const std::string one = R"({"name":"a","vocabulary":["b"]})";

    EXPECT_EQ(run({.url = server.url(), .action = TrackersAction::update, .ids = {"7/8"}, .file = file(one)}), 0);
    EXPECT_EQ(run({.url = server.url(), .action = TrackersAction::import, .file = file("[" + one + "]")}), 0);
    EXPECT_EQ(run({.url = server.url(), .action = TrackersAction::import, .file = file(one)}), 0);

    EXPECT_THAT(server.asked,
                ElementsAre("PUT /v1/manage/trackers/7%2F8 " + one, "POST /v1/manage/trackers:import [" + one + "]",
                            "POST /v1/manage/trackers:import [" + one + "]"));
}

TEST_F(TrackersCommandTest, deletes_what_it_can) {
    CannedServer server(
        {{200, R"({"id":"1","deleted":true})"}, {404, R"({"message":"no such tracker"})"}, {200, "{}"}});

    EXPECT_EQ(run({.url = server.url(), .action = TrackersAction::remove, .ids = {"1", "2", "3"}}), 1);

    EXPECT_EQ(out(), "deleted 1\ndeleted 3\n");
    EXPECT_EQ(err(), "no such tracker\n");
    EXPECT_THAT(server.asked, ElementsAre("DELETE /v1/manage/trackers/1 ", "DELETE /v1/manage/trackers/2 ",
                                          "DELETE /v1/manage/trackers/3 "));
}

TEST_F(TrackersCommandTest, exports_to_the_output_or_a_file) {
    CannedServer server({{200, "[1]"}, {200, "[2]"}});

    EXPECT_EQ(run({.url = server.url(), .action = TrackersAction::export_all}), 0);
    EXPECT_EQ(out(), "[1]\n");
    const std::string path = directory_ + "/out.json";
    EXPECT_EQ(run({.url = server.url(), .action = TrackersAction::export_all, .file = path}), 0);
    EXPECT_EQ(out(), "");

    std::ostringstream written;
    written << std::ifstream(path).rdbuf();
    EXPECT_EQ(written.str(), "[2]\n");
    EXPECT_THAT(server.asked, testing::Each("GET /v1/manage/trackers:export "));
}

TEST_F(TrackersCommandTest, what_the_server_says_is_told_and_drives_no_terminal) {
    CannedServer server({{409, R"({"message":"\"name\" is taken\u001b[2J"})"}, {502, "<html>"}, {302, ""}});

    EXPECT_EQ(run({.url = server.url()}), 1);
    EXPECT_EQ(err(), "\"name\" is taken [2J\n");
    EXPECT_EQ(run({.url = server.url()}), 1);
    EXPECT_EQ(err(), "the server answers with status 502\n");
    EXPECT_EQ(run({.url = server.url()}), 1);
    EXPECT_EQ(out(), "");
}

TEST_F(TrackersCommandTest, a_server_that_is_not_there_is_told) {
    std::string url;
    {
        const CannedServer gone({});
        url = gone.url();
    }

    EXPECT_EQ(run({.url = url}), 1);

    EXPECT_THAT(err(), testing::StartsWith(url + ": "));
}

TEST_F(TrackersCommandTest, wrong_usage_asks_nobody) {
    for (const char* url : {"", "localhost:8080", "ws://localhost", "file:///etc/passwd", "http://", "http://a?b=c"}) {
        EXPECT_EQ(run({.url = url}), 2) << url;
        EXPECT_THAT(err(), HasSubstr("http://HOST")) << url;
    }
    EXPECT_EQ(run({.url = "http://localhost", .token = "a\r\nX: b"}), 2);
    for (const char* content : {"", "{", "7", "\"a\""}) {
        EXPECT_EQ(run({.url = "http://localhost", .action = TrackersAction::create, .file = file(content)}), 2);
    }
    EXPECT_EQ(run({.url = "http://localhost", .action = TrackersAction::create, .file = directory_ + "/none"}), 2);
    EXPECT_EQ(run({.url = "http://localhost", .action = TrackersAction::create, .file = directory_}), 2);
    EXPECT_THAT(err(), HasSubstr("cannot be read: Is a directory"));
}

TEST(PercentEncodedTest, leaves_only_what_means_nothing) {
    EXPECT_EQ(percent_encoded("aZ9-._~"), "aZ9-._~");
    EXPECT_EQ(percent_encoded("a b/?&=+%\n\xC3\xA9"), "a%20b%2F%3F%26%3D%2B%25%0A%C3%A9");
}

}  // namespace
}  // namespace earshot::app
