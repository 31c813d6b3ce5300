#include "earshot/app/logging.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <limits>
#include <string>
#include <thread>
#include <vector>

namespace earshot::app {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::SizeIs;

class LoggerTest : public testing::Test {
protected:
    Logger make(LogFormat format, LogLevel level = LogLevel::debug, bool transcripts = false) {
        return Logger({level, format, transcripts}, [this](std::string_view line) { lines_.emplace_back(line); });
    }

    /// The only line, as JSON.
    boost::json::object object() const {
        EXPECT_THAT(lines_, SizeIs(1));
        return boost::json::parse(lines_.at(0)).as_object();
    }

    std::vector<std::string> lines_;
};

TEST_F(LoggerTest, text_lines_have_time_level_message_and_fields) {
    make(LogFormat::text).info("session started", {{"conversation", "5843"}, {"account", "default"}});

    EXPECT_THAT(lines_, ElementsAre(MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z "
                                                 "info session started conversation=5843 account=default")));
}

TEST_F(LoggerTest, text_values_are_quoted_where_one_could_not_tell_their_end) {
    make(LogFormat::text)
        .warn("odd", {{"a", "two words"}, {"b", ""}, {"c", "x=y"}, {"d", "say \"hi\""}, {"e", "plain"}});

    EXPECT_THAT(lines_[0], EndsWith(R"(warn odd a="two words" b="" c="x=y" d="say \"hi\"" e=plain)"));
}

TEST_F(LoggerTest, what_clients_send_can_begin_no_line) {
    make(LogFormat::text).error("first\nsecond", {{"path", "/a\r\n2024-01-01 info forged"}});

    ASSERT_THAT(lines_, SizeIs(1));
    EXPECT_THAT(lines_[0], Not(testing::ContainsRegex("[\r\n]")));
    EXPECT_THAT(lines_[0], HasSubstr(R"(error first\nsecond path="/a\r\n2024-01-01 info forged")"));
}

TEST_F(LoggerTest, json_lines_hold_everything_with_its_type) {
    make(LogFormat::json)
        .info("session started", {{"conversation", "5843"},
                                  {"sequence", 9'007'199'254'740'993},
                                  {"offset", -3},
                                  {"bytes", std::size_t{17}},
                                  {"resumed", true},
                                  {"seconds", 0.25},
                                  {"ratio", std::numeric_limits<double>::infinity()}});

    const auto line = object();
    EXPECT_EQ(line.at("level"), "info");
    EXPECT_EQ(line.at("message"), "session started");
    EXPECT_EQ(line.at("conversation"), "5843");
    EXPECT_EQ(line.at("sequence"), 9'007'199'254'740'993);
    EXPECT_EQ(line.at("offset"), -3);
    EXPECT_EQ(line.at("bytes"), 17);
    EXPECT_EQ(line.at("resumed"), true);
    EXPECT_EQ(line.at("seconds"), 0.25);
    EXPECT_TRUE(line.at("ratio").is_null());
    EXPECT_THAT(std::string(line.at("time").as_string()), MatchesRegex("[-0-9]{10}T[:0-9]{8}\\.[0-9]{3}Z"));
}

TEST_F(LoggerTest, json_lines_parse_whatever_a_text_holds) {
    std::string every_byte;
    for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
    const std::string odd = "\"}\n{\"level\":\"error\",\x1E\x1F\\ \xC3\xA9 \xE2\x82\xAC";

    make(LogFormat::json).error(every_byte, {{"odd", odd}, {"every", every_byte}});

    const auto line = object();
    EXPECT_EQ(std::string(line.at("odd").as_string()), odd);
    EXPECT_EQ(line.at("level"), "error");
    EXPECT_THAT(std::string(line.at("every").as_string()), HasSubstr("\xEF\xBF\xBD"));
    EXPECT_THAT(std::string(line.at("message").as_string()), HasSubstr("ABC"));
    EXPECT_EQ(line.size(), 5U);
}

TEST_F(LoggerTest, a_message_can_forge_no_field) {
    make(LogFormat::json)
        .info(
            "session \x1E"
            "account\x1F"
            "\"root\"");

    const auto line = object();
    EXPECT_EQ(line.size(), 3U);
    EXPECT_EQ(line.at("message"), "session  account \"root\"");
}

TEST_F(LoggerTest, lines_under_the_level_are_not_written) {
    const Logger logger = make(LogFormat::text, LogLevel::warn);

    logger.debug("one");
    logger.info("two");
    logger.warn("three");
    logger.error("four");

    EXPECT_THAT(lines_, ElementsAre(EndsWith("Z warn three"), EndsWith("Z error four")));
    EXPECT_FALSE(logger.writes(LogLevel::info));
    EXPECT_TRUE(logger.writes(LogLevel::warn));
}

TEST_F(LoggerTest, what_was_said_is_told_by_its_length_alone) {
    make(LogFormat::json).debug("chunk", {{"text", Spoken{"my card number is"}}});

    const auto line = object();
    EXPECT_EQ(line.at("textBytes"), 17);
    EXPECT_FALSE(line.contains("text"));
    EXPECT_THAT(lines_[0], Not(HasSubstr("card")));
}

TEST_F(LoggerTest, what_was_said_is_written_where_the_operator_wants_it) {
    make(LogFormat::json, LogLevel::debug, true).debug("chunk", {{"text", Spoken{"my card number is"}}});

    EXPECT_EQ(object().at("text"), "my card number is");
}

TEST_F(LoggerTest, a_logger_with_fields_gives_them_to_every_line) {
    const Logger logger = make(LogFormat::text);
    const Logger conversation = logger.with({{"conversation", "5843"}});
    const Logger connection = conversation.with({{"connection", "c 1"}, {"text", Spoken{"abc"}}});

    logger.info("one");
    conversation.info("two");
    connection.info("three", {{"code", 7}});

    EXPECT_THAT(lines_, ElementsAre(EndsWith("info one"), EndsWith("info two conversation=5843"),
                                    EndsWith("info three conversation=5843 connection=\"c 1\" textBytes=3 code=7")));
}

TEST_F(LoggerTest, lines_of_several_threads_do_not_mix) {
    const Logger logger = make(LogFormat::json);
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < 4; ++thread) {
            threads.emplace_back([&logger, thread] {
                for (int i = 0; i < 200; ++i) logger.info("turn", {{"thread", thread}, {"i", i}});
            });
        }
    }

    ASSERT_THAT(lines_, SizeIs(800));
    for (const std::string& line : lines_) EXPECT_EQ(boost::json::parse(line).at("message"), "turn");
}

TEST(LoggerToStandardErrorTest, writes_lines_there_and_nothing_to_standard_output) {
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();

    Logger({LogLevel::info, LogFormat::text, false}).info("listening", {{"port", 8080}});

    EXPECT_THAT(testing::internal::GetCapturedStderr(), EndsWith("info listening port=8080\n"));
    EXPECT_THAT(testing::internal::GetCapturedStdout(), IsEmpty());
}

}  // namespace
}  // namespace earshot::app
