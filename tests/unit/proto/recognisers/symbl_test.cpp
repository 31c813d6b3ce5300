#include "earshot/proto/server_codec.hpp"

#include "unit/proto/recognisers/fixture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace earshot::proto {
namespace {

using Told = std::vector<std::string>;

std::string result(const std::string& members) {
    return R"({"type":"message","message":{"type":"recognition_result",)" + members + "}}";
}

std::string raw(const std::string& alternative, const std::string& more = "") {
    return result(more + R"("payload":{"raw":{"alternatives":[)" + alternative + "]}}");
}

class SymblTest : public testing::Test {
protected:
    Told told(const std::string& event) { return reader_.told(event); }

    EventReader reader_{"symbl"};
};

TEST_F(SymblTest, either_text_is_enough) {
    EXPECT_EQ(told(raw(R"({"transcript":"so"})")), Told{R"("so" .)"});
    EXPECT_EQ(told(result(R"("punctuated":{"transcript":"So."})")), Told{R"("So." .)"});
    EXPECT_EQ(told(raw(R"({"transcript":"so"})", R"("punctuated":{"transcript":"So."},)")), Told{R"("So." .)"});
    EXPECT_EQ(told(raw(R"({"transcript":"so"})", R"("punctuated":{"transcript":""},)")), Told{R"("so" .)"});
    EXPECT_EQ(told(result(R"("isFinal":false)")), Told{R"(missing_member at "/message/payload/raw/alternatives")"});
    EXPECT_EQ(told(raw("{}")), Told{R"(missing_member at "/message/payload/raw/alternatives/0/transcript")"});
}

TEST_F(SymblTest, null_is_absent) {
    EXPECT_EQ(told(raw(R"({"transcript":"so","words":null})",
                       R"("isFinal":null,"user":null,"punctuated":null,"payload":null,)")),
              Told{R"("so" .)"});
    EXPECT_EQ(told(raw(R"({"transcript":"so","words":[{"word":null,"startTime":null}]})",
                       R"("user":{"userId":null,"name":null,"id":null},"punctuated":{"transcript":null},)")),
              Told{R"("so" .)"});
}

TEST_F(SymblTest, times_are_strings_or_numbers) {
    const auto time = [&](const std::string& seconds, const std::string& nanos) {
        return reader_.read(raw(R"({"transcript":"so","words":[{"word":"so","startTime":{"seconds":)" + seconds +
                                R"(,"nanos":)" + nanos + "}}]}"));
    };

    EXPECT_EQ(time("\"3\"", "\"500000000\"")->at(0).start_time, 3.5);
    EXPECT_EQ(time("3", "250000000")->at(0).start_time, 3.25);
    EXPECT_EQ(time("null", "0")->at(0).start_time, 0);
    const std::string place = "/message/payload/raw/alternatives/0/words/0/startTime/";
    for (const char* wrong : {R"("")", R"("3.5")", R"(" 3")", R"("99999999999999999999")", R"("9999999999")"}) {
        EXPECT_EQ(time(wrong, "0").error().path, place + "seconds") << wrong;
    }
    EXPECT_EQ(time("1", "true").error().path, place + "nanos");
}

TEST_F(SymblTest, other_messages_are_none_of_speech) {
    EXPECT_EQ(told(R"({"type":"message","message":{"type":"started_listening"}})"),
              Told{R"(unknown_type at "/message/type")"});
    EXPECT_EQ(told(R"({"type":"message","message":{}})"), Told{R"(missing_member at "/message/type")"});
    EXPECT_EQ(told(R"({"type":"message"})"), Told{R"(missing_member at "/message")"});
    EXPECT_EQ(told(R"({"type":"message","message":[]})"), Told{R"(wrong_type at "/message")"});
}

TEST_F(SymblTest, punctuated_words_keep_the_times_of_theirs) {
    const auto chunks = reader_.read(raw(R"({"transcript":"so how","words":[{"word":"so"},{"word":"how"}]})",
                                         R"("punctuated":{"transcript":" So,  how? "},)"));

    ASSERT_EQ(chunks->at(0).words.size(), 2U);
    EXPECT_EQ(chunks->at(0).words[0].word, "So,");
    EXPECT_EQ(chunks->at(0).words[1].word, "how?");
}

TEST_F(SymblTest, what_this_server_echoes_is_read_as_what_was_said) {
    TranscriptChunk said;
    said.text = "What is the price?";
    said.start_time = 1;
    said.end_time = 2.5;
    said.words = {{"What", 1, 1.25}, {"is", 1.25, 1.5}, {"the", 1.5, 1.75}, {"price", 1.75, 2.5}};
    const Member member{"id", {"ann@example.com", "Ann", "agent"}};

    auto chunks = reader_.read(recognition_result(said, member, 1, 2.5, 77));

    ASSERT_TRUE(chunks.has_value() && chunks->size() == 1);
    said.words.back().word = "price?";
    chunks->at(0).speaker->role = "agent";  // the echo does not tell it
    said.speaker = member.speaker;
    EXPECT_EQ(chunks->at(0), said);
}

}  // namespace
}  // namespace earshot::proto
