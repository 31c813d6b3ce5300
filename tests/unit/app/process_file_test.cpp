#include "process_file.hpp"

#include <gmock/gmock.h>

namespace earshot::app {
namespace {

using base::Errc;
using testing::HasSubstr;

std::string bodies(const std::string& path, const std::string& content) {
    const auto calls = parse_process_file(path, content);
    if (!calls) return "error: " + calls.error().message;
    std::string all;
    for (const CallText& call : *calls) all += call.name + " " + boost::json::serialize(call.body) + "\n";
    return all;
}

TEST(ProcessFileTest, text_is_an_utterance_a_line) {
    EXPECT_EQ(
        bodies("calls/a.txt", "hello there\n\n  what is it: that?  \r\n"),
        R"(a.txt {"messages":[{"payload":{"content":"hello there"}},{"payload":{"content":"what is it: that?"}}]})"
        "\n");
}

TEST(ProcessFileTest, names_are_taken_where_each_line_has_one) {
    EXPECT_EQ(bodies("a.txt", "Ann: hello: you\nBob Smith: yes\n"),
              R"(a.txt {"messages":[{"payload":{"content":"hello: you"},"from":{"name":"Ann"}},)"
              R"({"payload":{"content":"yes"},"from":{"name":"Bob Smith"}}]})"
              "\n");
    EXPECT_THAT(bodies("a.txt", "Ann: hello\nand so on\n"), HasSubstr(R"({"content":"Ann: hello"})"));
    const std::string words(60, 'a');
    EXPECT_THAT(bodies("a.txt", words + ": hello\n"), HasSubstr(words + ": hello"));
}

TEST(ProcessFileTest, a_request_is_taken_as_it_is) {
    EXPECT_EQ(bodies("x/b.json", R"({"name":"n","messages":[{"payload":{"content":"c"}}]})"),
              "b.json "
              R"({"name":"n","messages":[{"payload":{"content":"c"}}]})"
              "\n");
    EXPECT_EQ(bodies("b.json", "{}"), "error: must hold an object with \"messages\"");
    EXPECT_THAT(bodies("b.json", "{"), HasSubstr("error: is no JSON"));
}

TEST(ProcessFileTest, lines_are_calls) {
    EXPECT_EQ(
        bodies(
            "c.jsonl",
            "{\"id\":\"one\",\"turns\":[{\"speaker\":\"a\",\"text\":\"x\"},{\"text\":\"y\"}]}\n\n{\"text\":\"z\"}\n"),
        R"(c.jsonl:one {"messages":[{"payload":{"content":"x"},"from":{"name":"a"}},{"payload":{"content":"y"}}]})"
        "\n"
        R"(c.jsonl:3 {"messages":[{"payload":{"content":"z"}}]})"
        "\n");
    EXPECT_EQ(bodies("c.jsonl", "{\"text\":\"z\"}\n{\"turns\":[{}]}\n"),
              "error: line 2: each of \"turns\" must have a \"text\"");
    EXPECT_EQ(bodies("c.jsonl", "{}"), "error: line 1: must have \"turns\" or a \"text\"");
    EXPECT_EQ(bodies("c.jsonl", "[]"), "error: line 1: must be an object");
    EXPECT_THAT(bodies("c.jsonl", "{"), HasSubstr("error: line 1: is no JSON"));
}

TEST(ProcessFileTest, what_holds_no_call_is_told) {
    EXPECT_EQ(bodies("a.txt", " \n"), "error: holds no call");
    EXPECT_EQ(bodies("a.jsonl", ""), "error: holds no call");
    EXPECT_EQ(bodies("a.txt", "\xFF"), "error: is no UTF-8");
    EXPECT_EQ(read_process_file("/nowhere/a.txt").error().code, Errc::io_failed);
}

}  // namespace
}  // namespace earshot::app
