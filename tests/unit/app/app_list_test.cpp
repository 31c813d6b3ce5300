#include "earshot/app/app_list.hpp"

#include "earshot/app/secrets.hpp"

#include <gmock/gmock.h>

#include <iosfwd>

namespace earshot::app {

void PrintTo(const SettingsProblem& problem, std::ostream* out);  // in settings_test.cpp

namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

constexpr const char* k_hash =
    "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$qLml5cB1s5cF3cTzWYqmmzNWQAb7Qx8sJmBqcQYHQbY";

std::string entry(const std::string& id, const std::string& more = "") {
    return "- id: " + id + "\n  secretHash: " + k_hash + "\n  account: ann\n" + more;
}

auto problem(const std::string& where, const std::string& part) {
    return AllOf(Field(&SettingsProblem::where, where), Field(&SettingsProblem::message, HasSubstr(part)));
}

TEST(AppListTest, reads_what_an_app_needs_and_what_it_may_have) {
    const LoadedApps loaded =
        parse_apps(entry("one") + entry("two", "  trackers: 7\n  sessions: 3\n  tokenSeconds: 600\n"), "apps.yaml");

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_THAT(loaded.apps, ElementsAre(App{"one", k_hash, "ann", {}, {}, {}}, App{"two", k_hash, "ann", 7, 3, 600s}));
}

TEST(AppListTest, may_be_a_list_of_none) {
    const LoadedApps loaded = parse_apps("[]", "apps.yaml");

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_THAT(loaded.apps, IsEmpty());
}

TEST(AppListTest, reads_back_the_entry_that_is_printed) {
    App app;
    app.id = random_alphanumeric(64);
    app.secret_hash = hash_secret("a");
    app.account = "ann+1@example.com";

    EXPECT_THAT(parse_apps(app_entry(app) + entry("null"), "").apps, testing::Contains(app));
    app.id = "null";
    EXPECT_THAT(parse_apps(app_entry(app), "").apps, ElementsAre(app));
}

TEST(AppListTest, everything_wrong_is_told_at_once_with_its_line) {
    const std::string text = entry("one", "  trackers: many\n  colour: red\n") +   // lines 1 to 5
                             "- id: a b\n  secretHash: s3cret\n  account: ''\n" +  // 6 to 8
                             "- id: one\n" +                                       // 9
                             "- just words\n" +                                    // 10
                             entry("three", "  sessions: 0\n  tokenSeconds: 119\n  trackers: [1]\n  id: four\n");

    EXPECT_THAT(
        parse_apps(text, "apps.yaml").problems,
        ElementsAre(
            problem("apps.yaml:4", "trackers must be a number"),
            problem("apps.yaml:5", "colour: an app has no such key"), problem("apps.yaml:6", "id must be 1 to 128"),
            problem("apps.yaml:7", "secretHash must be"), problem("apps.yaml:8", "account must be"),
            problem("apps.yaml:9", "the app has no secretHash"), problem("apps.yaml:9", "the app has no account"),
            problem("apps.yaml:9", "the app of line 1 has the id one too"),
            problem("apps.yaml:10", "an app must be keys with values"), problem("apps.yaml:14", "sessions must be"),
            problem("apps.yaml:15", "tokenSeconds must be"), problem("apps.yaml:16", "trackers must be one value"),
            problem("apps.yaml:17", "id is already set in line 11")));
}

TEST(AppListTest, a_secret_in_the_place_of_its_hash_is_not_repeated) {
    const auto problems = parse_apps("- {id: a, account: a, secretHash: s3cret}", "").problems;

    EXPECT_THAT(problems, ElementsAre(Field(&SettingsProblem::message, Not(HasSubstr("s3cret")))));
}

TEST(AppListTest, limits_end_where_they_are_said_to) {
    const auto is_taken = [](const char* more) { return parse_apps(entry("a", more), "").problems.empty(); };

    for (const char* taken : {"  trackers: 0\n", "  trackers: 1000000\n", "  sessions: 1\n", "  sessions: 1000000\n",
                              "  tokenSeconds: 120\n", "  tokenSeconds: 2073600\n"}) {
        EXPECT_TRUE(is_taken(taken)) << taken;
    }
    for (const char* refused :
         {"  trackers: 1000001\n", "  trackers: -1\n", "  trackers: ''\n", "  trackers: 1.5\n",
          "  trackers: 99999999999999999999\n", "  sessions: 1000001\n", "  tokenSeconds: 2073601\n"}) {
        EXPECT_FALSE(is_taken(refused)) << refused;
    }
    EXPECT_TRUE(parse_apps(entry(std::string(128, 'a')), "").problems.empty());
    EXPECT_FALSE(parse_apps(entry(std::string(129, 'a')), "").problems.empty());
}

TEST(AppListTest, what_is_no_list_is_told) {
    for (const char* text : {"", "# nothing\n", "apps: []", "one", "- id: [", "[]\n---\n[]", "- {id: \xFF}", "- *x"}) {
        EXPECT_EQ(parse_apps(text, "apps.yaml").problems.size(), 1U) << text;
    }
}

TEST(AppListTest, a_file_that_cannot_be_read_is_a_problem) {
    EXPECT_THAT(load_apps("/nonexistent/apps.yaml").problems,
                ElementsAre(problem("/nonexistent/apps.yaml", "cannot be read: No such file")));
    EXPECT_THAT(load_apps("/").problems, ElementsAre(problem("/", "cannot be read: Is a directory")));
}

}  // namespace
}  // namespace earshot::app
