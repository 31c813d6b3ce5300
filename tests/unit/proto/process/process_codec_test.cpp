#include "earshot/proto/process_codec.hpp"

#include "support/findings_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace earshot::proto {
namespace {

using support::told;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* k_hi = R"("messages":[{"payload":{"content":"hi"}}])";

TextRequest read(std::string_view query, std::string_view body) {
    auto request = read_text_request(query, body, {});
    EXPECT_EQ(told(request), "nothing") << query << "\n" << body;
    return request ? *request : TextRequest{};
}

/// What a body says that holds `members` beside one message.
ProcessOptions options(std::string_view members, std::string_view query = {}) {
    return read(query, "{" + std::string(members) + (members.empty() ? "" : ",") + k_hi + "}").options;
}

std::string problem(std::string_view members, std::string_view query = {}, const ProcessRules& rules = {}) {
    return told(
        read_text_request(query, "{" + std::string(members) + (members.empty() ? "" : ",") + k_hi + "}", rules));
}

/// What is wrong with a list of messages.
std::string in_messages(std::string_view messages, const ProcessRules& rules = {}) {
    return told(read_text_request("", R"({"messages":)" + std::string(messages) + "}", rules));
}

detect::TrackerDefinition tracker(std::string name, std::vector<std::string> vocabulary) {
    detect::TrackerDefinition definition;
    definition.name = std::move(name);
    definition.vocabulary = std::move(vocabulary);
    return definition;
}

base::WallTime at_ms(std::int64_t milliseconds) {
    return base::WallTime(std::chrono::milliseconds(milliseconds));
}

TEST(ProcessCodecTest, reads_a_whole_body) {
    const TextRequest request = read("", R"({"name":"Call 7","webhookUrl":"https://example.com/h?a=b",
        "enableAllTrackers":true,"metadata":{"caller": "Ann", "n":[1,2.5,null]},
        "trackers":[{"name":"Pricing","vocabulary":["how much"]},{"id":"4476908732794496"}],
        "config":{"languageCode":"de-DE","store":"hits",
                  "trackers":{"tiers":["exact","semantic"],"threshold":0.75,"phraseGapSeconds":3}},
        "messages":[{"payload":{"content":"So, how much?","contentType":"text/plain"},
                     "from":{"name":"Ann","userId":"ann@example.com","role":"customer"},
                     "duration":{"startTime":"2026-05-04T03:02:01.500Z","endTime":"2026-05-04T03:02:03Z"}},
                    {"payload":{"content":""}}]})");

    ProcessOptions expected;
    expected.name = "Call 7";
    expected.webhook_url = "https://example.com/h?a=b";
    expected.enable_all_trackers = true;
    expected.metadata = R"({"caller":"Ann","n":[1,2.5,null]})";
    expected.trackers.definitions = {tracker("Pricing", {"how much"})};
    expected.trackers.pointers = {"/trackers/0"};
    expected.trackers.references = {{"4476908732794496", "/trackers/1"}};
    expected.settings.language = "de-DE";
    expected.settings.tiers = detect::TierSet().insert(detect::Tier::exact).insert(detect::Tier::semantic);
    expected.settings.threshold = 0.75;
    expected.settings.phrase_gap_seconds = 3;
    expected.keeping = detect::Keeping::hits;
    EXPECT_EQ(request.options, expected);

    ASSERT_THAT(request.messages, SizeIs(2));
    EXPECT_EQ(request.messages[0].text, "So, how much?");
    EXPECT_EQ(request.messages[0].from, (Speaker{"ann@example.com", "Ann", "customer"}));
    EXPECT_EQ(request.messages[0].time, (detect::WallSpan{at_ms(1'777'863'721'500), at_ms(1'777'863'723'000)}));
    EXPECT_FALSE(request.messages[0].is_from_begin);
    EXPECT_EQ(request.messages[1], SaidMessage{});
}

TEST(ProcessCodecTest, reads_a_whole_query_as_python_clients_write_it) {
    const TextRequest request = read(
        "name=Call+7&enable_other=True&enableAllTrackers=True&languageCode=en-GB&store=none&threshold=0.5"
        "&phraseGapSeconds=2.5&tiers=%5B%22exact%22%2C+%22fuzzy%22%5D&webhookUrl=http%3A%2F%2Fexample.com%2Fh"
        "&metadata=%7B%22a%22%3A+1%7D&trackers=%5B%7B%22name%22%3A+%22P%22%2C+%22vocabulary%22%3A+%5B%22x%22%5D%7D%5D"
        "&messages=%5B%7B%22payload%22%3A+%7B%22content%22%3A+%22a+%2B+b%22%7D%7D%5D",
        "");

    EXPECT_EQ(request.options.name, "Call 7");
    EXPECT_TRUE(request.options.enable_all_trackers);
    EXPECT_EQ(request.options.settings.language, "en-GB");
    EXPECT_EQ(request.options.keeping, detect::Keeping::none);
    EXPECT_EQ(request.options.settings.threshold, 0.5);
    EXPECT_EQ(request.options.settings.phrase_gap_seconds, 2.5);
    EXPECT_EQ(request.options.settings.tiers,
              detect::TierSet().insert(detect::Tier::exact).insert(detect::Tier::fuzzy));
    EXPECT_EQ(request.options.webhook_url, "http://example.com/h");
    EXPECT_EQ(request.options.metadata, R"({"a":1})");
    EXPECT_THAT(request.options.trackers.definitions, ElementsAre(tracker("P", {"x"})));
    EXPECT_THAT(request.options.trackers.pointers, ElementsAre("/trackers/0"));
    ASSERT_THAT(request.messages, SizeIs(1));
    EXPECT_EQ(request.messages[0].text, "a + b");
}

TEST(ProcessCodecTest, says_nothing_where_nothing_is_said) {
    EXPECT_EQ(options(""), ProcessOptions{});
    EXPECT_EQ(options(R"("name":"","webhookUrl":"","config":{"languageCode":""},"mode":"phone","sentiment":true)"),
              ProcessOptions{});
    EXPECT_EQ(options(R"("name":null,"trackers":null,"config":null,"metadata":null,"enableAllTrackers":null)"),
              ProcessOptions{});
    EXPECT_EQ(options("", "name=&trackers=&config=&store&access_token=t&detectPhrases=True"), ProcessOptions{});
}

TEST(ProcessCodecTest, booleans_may_have_any_form) {
    for (const char* value : {"true", "1", R"("true")", R"("True")", R"("TRUE")", R"("1")", R"(" true ")"}) {
        EXPECT_TRUE(options(R"("enableAllTrackers":)" + std::string(value)).enable_all_trackers) << value;
        EXPECT_TRUE(options(R"("config":{"enableAllTracker":)" + std::string(value) + "}").enable_all_trackers)
            << value;
    }
    for (const char* value : {"false", "0", R"("false")", R"("False")", R"("0")"}) {
        EXPECT_FALSE(options(R"("enableAllTrackers":)" + std::string(value)).enable_all_trackers) << value;
    }
    for (const char* query : {"enableAllTrackers=true", "enableAllTracker=True", "enableAllTrackers=1",
                              "enableAllTrackers=false&enableAllTrackers=TRUE"}) {
        EXPECT_TRUE(options("", query).enable_all_trackers) << query;
    }
    for (const char* value : {"2", "-1", "1.5", R"("yes")", R"("")", "[]", "{}"}) {
        EXPECT_EQ(problem(R"("enableAllTrackers":)" + std::string(value)),
                  R"(/enableAllTrackers: "enableAllTrackers" must be a boolean)")
            << value;
    }
}

TEST(ProcessCodecTest, numbers_may_be_texts) {
    EXPECT_EQ(options(R"("config":{"trackers":{"threshold":"0.5","phraseGapSeconds":" 4 "}})").settings.threshold, 0.5);
    EXPECT_EQ(options(R"("config":{"trackers":{"phraseGapSeconds":" 4 "}})").settings.phrase_gap_seconds, 4);
    for (const char* value : {R"("a")", R"("")", R"("nan")", R"("inf")", R"("0x1")", R"("1,5")", "true", "[]"}) {
        EXPECT_EQ(problem(R"("threshold":)" + std::string(value)), R"(/threshold: "threshold" must be a number)")
            << value;
    }
    for (const char* value : {"1.001", "-0.1", R"("2")", "1e300"}) {
        EXPECT_EQ(problem(R"("threshold":)" + std::string(value)), R"(/threshold: "threshold" must be within 0 and 1)")
            << value;
    }
    EXPECT_EQ(problem("", "phraseGapSeconds=-1"),
              R"(/phraseGapSeconds: "phraseGapSeconds" must be within 0 and 1000000000)");
}

TEST(ProcessCodecTest, trackers_and_their_switches_stand_where_start_messages_have_them) {
    const std::string list = R"([{"name":"P","vocabulary":["x"]}])";
    EXPECT_THAT(options(R"("config":{"trackers":)" + list + "}").trackers.pointers, ElementsAre("/config/trackers/0"));
    EXPECT_EQ(options(R"("trackers":{"threshold":1,"enableAllTrackers":true})").settings.threshold, 1);
    EXPECT_TRUE(options(R"("trackers":{"enableAllTrackers":true})").enable_all_trackers);
    EXPECT_EQ(options(R"("threshold":1)").settings.threshold, 1);
    EXPECT_EQ(options("", R"(config={"store":"none","trackers":{"threshold":1}})").settings.threshold, 1);
    EXPECT_EQ(options("", R"(config={"store":"none"})").keeping, detect::Keeping::none);
    EXPECT_EQ(options(R"("config":{"webhookUrl":"http://a/b"})").webhook_url, "http://a/b");
    // These do not stand there.
    EXPECT_EQ(options(R"("config":{"name":"x","threshold":1,"trackers":{"languageCode":"de","store":"none"}})"),
              ProcessOptions{});
    EXPECT_EQ(problem(R"("config":[])"), R"(/config: "config" must be an object)");
}

TEST(ProcessCodecTest, where_both_give_one_the_body_counts) {
    EXPECT_EQ(options(R"("name":"b")", "name=q").name, "b");
    EXPECT_FALSE(options(R"("enableAllTracker":false)", "enableAllTrackers=true").enable_all_trackers);
    EXPECT_EQ(options(R"("config":{"trackers":{"threshold":1}})", "threshold=0").settings.threshold, 1);
    EXPECT_EQ(options(R"("store":"full")", R"(config={"store":"none"})").keeping, detect::Keeping::full);
    EXPECT_THAT(options(R"("trackers":[])", R"(trackers=[{"id":"1"}])").trackers.references, IsEmpty());
    EXPECT_THAT(read(R"(messages=[{"payload":{"content":"q"}}])", "{" + std::string(k_hi) + "}").messages, SizeIs(1));
    // What does not count need not be right.
    EXPECT_EQ(options(R"("name":"b","config":{"store":"hits"})", "name=%FF&store=what").keeping, detect::Keeping::hits);
    // What is null is not given.
    EXPECT_EQ(options(R"("name":null)", "name=q").name, "q");
}

TEST(ProcessCodecTest, tells_all_that_is_wrong) {
    EXPECT_EQ(problem(R"("name":7,"webhookUrl":"ftp://a","metadata":[],"languageCode":{},"store":"some","tiers":"x")"),
              R"(/name: "name" must be a string; /webhookUrl: "webhookUrl" must be a URL of http or https; )"
              R"(/metadata: "metadata" must be an object; /languageCode: "languageCode" must be a string; )"
              R"(/store: "store" must be one of full, hits, none; /tiers: "tiers" must be an array)");
    EXPECT_EQ(problem(R"("config":{"trackers":{"tiers":["exact","loud"]}})"),
              R"(/config/trackers/tiers/1: "config.trackers.tiers[1]" must be one of )"
              "exact, pattern, inflected, fuzzy, semantic");
    EXPECT_EQ(problem("", "tiers=exact,loud&name=%ff"),
              R"(/name: "name" is not valid UTF-8; )"
              R"(/tiers/1: "tiers[1]" must be one of exact, pattern, inflected, fuzzy, semantic)");
    EXPECT_EQ(problem(R"("webhookUrl":"http://")"), R"(/webhookUrl: "webhookUrl" must be a URL of http or https)");
    EXPECT_EQ(problem(R"("name":"a\u0000b")"), R"(/name: "name" holds the character U+0000)");
}

TEST(ProcessCodecTest, tells_what_is_wrong_with_trackers_as_a_start_message_would) {
    EXPECT_EQ(problem(R"("trackers":"x")"), R"(/trackers: "trackers" must be an array)");
    EXPECT_EQ(problem(R"("trackers":[{"name":"P","vocabulary":"x"}])"),
              R"(/trackers/0/vocabulary: "vocabulary" must be an array)");
    EXPECT_EQ(problem(R"("config":{"trackers":[{"id":"1"},{"vocabulary":["x"]}]})"),
              R"(/config/trackers/1/name: "name" is required)");
    EXPECT_EQ(problem("", R"(trackers=[{"name":"P"}])"), R"(/trackers/0/vocabulary: "vocabulary" is required)");
    EXPECT_EQ(problem("", "trackers=[x"), R"(/trackers: "trackers" is not valid JSON)");
    EXPECT_EQ(problem(R"("trackers":[{"name":"a","vocabulary":["x"]},{"name":"a","vocabulary":["x\u0000"]}])"),
              R"(/trackers/1: "trackers[1]" holds the character U+0000)");
    EXPECT_EQ(problem(R"("trackers":[{"id":"\u0000"}])"), R"(/trackers/0: "trackers[0]" holds the character U+0000)");
}

TEST(ProcessCodecTest, tells_what_cannot_be_read_at_all) {
    EXPECT_EQ(told(read_text_request("", "{", {})), ": the body is not valid JSON");
    EXPECT_EQ(told(read_text_request("", "\xff", {})), ": the body is not valid UTF-8");
    EXPECT_EQ(told(read_text_request("", "[]", {})),
              R"(: the body must be an object; /messages: "messages" is required)");
}

TEST(ProcessCodecTest, limits_hold_on_both_sides) {
    ProcessRules rules;
    rules.text_bytes = 5;
    rules.limits.name_bytes = 4;
    rules.limits.trackers = 1;
    rules.messages = 2;
    rules.url_bytes = 10;
    rules.metadata_bytes = 7;

    EXPECT_EQ(
        problem(R"("name":"abcd","webhookUrl":"http://a.b","metadata":{"a": 1},"trackers":[{"id":"1"}])", "", rules),
        "nothing");
    EXPECT_EQ(problem(R"("name":"abcde","webhookUrl":"http://a.bc","metadata":{"a": 12})", "", rules),
              R"(/name: "name" is over 4 bytes; /webhookUrl: "webhookUrl" is over 10 bytes; )"
              R"(/metadata: "metadata" is over 7 bytes)");
    EXPECT_EQ(problem("", R"(trackers={"id":"1"}&trackers={"id":"2"})", rules),
              R"(/trackers: "trackers" holds over 1 trackers)");

    const std::string five = R"({"payload":{"content":"12345"},"from":{"name":"abcd"}})";
    const std::string six = R"({"payload":{"content":"123456"},"from":{"name":"abcde"}})";
    EXPECT_EQ(in_messages("[" + five + "," + five + "]", rules), "nothing");
    EXPECT_EQ(in_messages("[" + five + "," + five + "," + five + "," + six + "]", rules),
              R"(/messages: "messages" holds over 2 messages)");
    EXPECT_EQ(in_messages("[" + five + "," + six + "]", rules),
              R"(/messages/1/payload/content: "messages[1].payload.content" is over 5 bytes; )"
              R"(/messages/1/from/name: "messages[1].from.name" is over 4 bytes)");
}

TEST(ProcessCodecTest, tells_no_more_findings_than_there_may_be) {
    std::string messages = "[0";
    for (int i = 1; i < 1000; ++i) messages += ",0";
    const auto read = read_text_request("", R"({"messages":)" + messages + "]}", {});

    ASSERT_TRUE(read.has_error());
    EXPECT_THAT(read.error().list, SizeIs(Findings::k_most));
}

TEST(ProcessCodecTest, media_have_options_alone) {
    const auto read = read_process_options("name=a.wav&name=Call&enableAllTrackers=true&messages=[",
                                           R"({"url":"https://a/b.wav","messages":7,"store":"hits"})", {});
    ASSERT_TRUE(read) << told(read);
    ProcessOptions expected;
    expected.name = "Call";
    expected.enable_all_trackers = true;
    expected.keeping = detect::Keeping::hits;
    EXPECT_EQ(*read, expected);
    EXPECT_EQ(told(read_process_options("", "", {})), "nothing");
    EXPECT_EQ(told(read_process_options("store=x", "", {})), R"(/store: "store" must be one of full, hits, none)");
}

TEST(ProcessCodecTest, tells_what_was_accepted) {
    EXPECT_EQ(accepted_answer("5815170693595136", "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"),
              R"({"conversationId":"5815170693595136","jobId":"9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"})");
}

}  // namespace
}  // namespace earshot::proto
