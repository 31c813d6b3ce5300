#include "earshot/app/process_command.hpp"

#include "support/net/canned_server.hpp"
#include "support/store/test_database.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

namespace earshot::app {
namespace {

using support::CannedServer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* k_accepted = R"({"conversationId":"12","jobId":"j-1"})";
constexpr const char* k_completed = R"({"id":"j-1","status":"completed","progress":1})";
constexpr const char* k_heard =
    R"([{"id":"1","name":"Pricing","matches":[{"type":"vocabulary","value":"how much","messageRefs":[{"id":"m",)"
    R"("text":"how much is it?","offset":0,"tier":"exact","score":1,"speaker":{"name":"Ann"}}],"insightRefs":[]}]}])";

class ProcessCommandTest : public testing::Test {
protected:
    std::string file(const std::string& name, const std::string& content) {
        const std::string path = (folder_.path() / name).string();
        std::ofstream(path) << content;
        return path;
    }

    int run(const CannedServer& server, ProcessCommandOptions options) {
        options.url = server.url();
        options.wait = [this](base::Duration pause) { waited_.push_back(pause); };
        return process(options, out_, err_);
    }

    support::TemporaryFolder folder_;
    std::ostringstream out_;
    std::ostringstream err_;
    std::vector<base::Duration> waited_;
};

TEST_F(ProcessCommandTest, posts_waits_and_shows_what_was_detected) {
    CannedServer server({{201, k_accepted},
                         {200, R"({"id":"j-1","status":"scheduled","progress":0})"},
                         {200, R"({"id":"j-1","status":"in_progress","progress":0.5})"},
                         {200, k_completed},
                         {200, k_heard}});
    ProcessCommandOptions options;
    options.files = {file("a.txt", "Ann: how much is it?\n")};
    options.token = "t";
    EXPECT_EQ(run(server, options), 0);
    EXPECT_EQ(out_.str(),
              "a.txt (conversation 12)\n"
              "tracker  tier   score  speaker  text\n"
              "Pricing  exact  1.00   Ann      how much is it?\n");
    EXPECT_EQ(err_.str(), "a.txt: scheduled 0 %\na.txt: in_progress 50 %\na.txt: completed 100 %\n");
    EXPECT_THAT(server.asked,
                ElementsAre("POST /v1/process/text "
                            R"({"messages":[{"payload":{"content":"how much is it?"},"from":{"name":"Ann"}}],)"
                            R"("enableAllTrackers":true,"name":"a.txt"})",
                            "GET /v1/job/j-1 ", "GET /v1/job/j-1 ", "GET /v1/job/j-1 ",
                            "GET /v1/conversations/12/trackers-detected "));
    EXPECT_THAT(server.authorizations, testing::Each("Bearer t"));
    EXPECT_EQ(waited_.size(), 2U);
}

TEST_F(ProcessCommandTest, gives_trackers_of_a_file_and_what_else_is_told) {
    CannedServer server({{201, k_accepted}, {200, k_completed}, {200, "[]"}});
    ProcessCommandOptions options;
    options.files = {file("b.json", R"({"name":"n","messages":[{"payload":{"content":"c"}}]})")};
    options.trackers_file = file("trackers.json", R"({"trackers":[{"name":"Pricing","vocabulary":["how much"]}]})");
    options.language = "es-ES";
    EXPECT_EQ(run(server, options), 0);
    EXPECT_EQ(server.asked.front(),
              R"(POST /v1/process/text {"name":"n","messages":[{"payload":{"content":"c"}}],)"
              R"("trackers":[{"name":"Pricing","vocabulary":["how much"]}],"languageCode":"es-ES"})");
    EXPECT_THAT(out_.str(), HasSubstr("nothing was detected\n"));
}

TEST_F(ProcessCommandTest, prints_the_answers_where_json_is_wanted) {
    CannedServer server({{201, k_accepted}, {200, k_completed}, {200, k_heard}});
    ProcessCommandOptions options;
    options.files = {file("a.txt", "x\n")};
    options.json = true;
    EXPECT_EQ(run(server, options), 0);
    EXPECT_EQ(out_.str(), std::string(k_heard) + "\n");
}

TEST_F(ProcessCommandTest, tries_again_where_the_account_has_too_many_jobs) {
    CannedServer server(
        {{429, R"({"statusCode":429,"message":"too many"})"}, {201, k_accepted}, {200, k_completed}, {200, "[]"}});
    ProcessCommandOptions options;
    options.files = {file("a.txt", "x\n")};
    EXPECT_EQ(run(server, options), 0);
    EXPECT_EQ(waited_.size(), 1U);
}

TEST_F(ProcessCommandTest, goes_on_with_others_where_one_is_refused_or_fails) {
    CannedServer server({{400, R"({"message":"no such \u001b[1mthing"})"},
                         {201, k_accepted},
                         {201, k_accepted},
                         {200, R"({"id":"j-1","status":"failed","progress":0,"error":"it was too sad"})"},
                         {200, k_completed},
                         {200, "[]"}});
    ProcessCommandOptions options;
    options.files = {file("a.txt", "x\n"), file("b.txt", "x\n"), file("c.txt", "x\n")};
    EXPECT_EQ(run(server, options), 1);
    EXPECT_EQ(out_.str(), "c.txt (conversation 12)\nnothing was detected\n");
    EXPECT_THAT(err_.str(), HasSubstr("a.txt: no such  [1mthing\n"));
    EXPECT_THAT(err_.str(), HasSubstr("b.txt: it was too sad\n"));
}

TEST_F(ProcessCommandTest, nothing_is_posted_where_a_file_is_of_no_use) {
    CannedServer server({{201, k_accepted}});
    ProcessCommandOptions options;
    options.files = {file("a.txt", "x\n"), "/nowhere/b.txt"};
    EXPECT_EQ(run(server, options), 2);
    options.files.pop_back();
    options.trackers_file = file("trackers.json", "{}");
    EXPECT_EQ(run(server, options), 2);
    EXPECT_THAT(server.asked, IsEmpty());
    EXPECT_THAT(err_.str(), HasSubstr("/nowhere/b.txt: cannot be read"));
}

TEST_F(ProcessCommandTest, tells_what_is_no_url) {
    ProcessCommandOptions options;
    options.files = {file("a.txt", "x\n")};
    options.url = "ftp://x";
    EXPECT_EQ(process(options, out_, err_), 2);
    EXPECT_THAT(err_.str(), HasSubstr("--url: "));
}

}  // namespace
}  // namespace earshot::app
