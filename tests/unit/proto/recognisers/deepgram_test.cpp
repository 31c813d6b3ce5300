#include "unit/proto/recognisers/fixture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace earshot::proto {
namespace {

using Told = std::vector<std::string>;

std::string results(const std::string& alternative, const std::string& more = "") {
    return R"({"type":"Results",)" + more + R"("channel":{"alternatives":[)" + alternative + "]}}";
}

std::string words(const std::string& transcript, const std::string& list, const std::string& more = "") {
    return results(R"({"transcript":")" + transcript + R"(","words":[)" + list + "]}", more);
}

class DeepgramTest : public testing::Test {
protected:
    Told told(const std::string& event) { return reader_.told(event); }

    EventReader reader_{"deepgram"};
};

TEST_F(DeepgramTest, a_result_needs_no_more_than_its_transcript) {
    EXPECT_EQ(told(results(R"({"transcript":"so"})")), Told{R"("so")"});
    EXPECT_EQ(told(results(R"({"transcript":""})", R"("speech_final":true,)")), Told{R"("" .)"});
    EXPECT_EQ(told(results("")), Told{});
    EXPECT_EQ(told(R"({"type":"UtteranceEnd"})"), Told{});
}

TEST_F(DeepgramTest, null_is_absent_but_for_what_is_required) {
    EXPECT_EQ(told(words("so",
                         R"({"word":"so","punctuated_word":null,"start":null,"end":null,"confidence":null,)"
                         R"("speaker":null})",
                         R"("is_final":null,"speech_final":null,"from_finalize":null,"start":null,"duration":null,)"
                         R"("channel_index":null,)")),
              Told{R"("so")"});
    EXPECT_EQ(told(results(R"({"transcript":"so","words":null})")), Told{R"("so")"});
    EXPECT_EQ(told(results(R"({"transcript":null})")), Told{R"(wrong_type at "/channel/alternatives/0/transcript")"});
    EXPECT_EQ(told(results("null")), Told{R"(wrong_type at "/channel/alternatives/0")"});
    EXPECT_EQ(told(R"({"type":"Results","channel":null})"), Told{R"(wrong_type at "/channel")"});
}

TEST_F(DeepgramTest, what_is_missing_is_named) {
    EXPECT_EQ(told(R"({"type":"Results"})"), Told{R"(missing_member at "/channel")"});
    EXPECT_EQ(told(R"({"type":"Results","channel":{}})"), Told{R"(missing_member at "/channel/alternatives")"});
    EXPECT_EQ(told(results("{}")), Told{R"(missing_member at "/channel/alternatives/0/transcript")"});
}

TEST_F(DeepgramTest, members_may_come_in_any_order) {
    EXPECT_EQ(told(R"({"channel":{"alternatives":[{"words":[{"word":"so","speaker":1}],"transcript":"So."},7]},)"
                   R"("speech_final":true,"channel_index":[0,1],"type":"Results","is_final":true})"),
              Told{R"(speaker-1: "So." .)"});
}

TEST_F(DeepgramTest, times_are_those_of_the_words_where_they_are_known) {
    const auto of_words = reader_.read(
        words("a b c", R"({"word":"a"},{"word":"b","start":2,"end":2.5},{"word":"c"})", R"("start":1,"duration":4,)"));
    const auto of_result = reader_.read(words("a", R"({"word":"a"})", R"("start":1,"duration":4,)"));
    const auto of_nothing = reader_.read(words("a", "", R"("duration":4,)"));

    EXPECT_EQ(of_words->at(0).start_time, 2);
    EXPECT_EQ(of_words->at(0).end_time, 2.5);
    EXPECT_EQ(of_result->at(0).start_time, 1);
    EXPECT_EQ(of_result->at(0).end_time, 5);
    EXPECT_EQ(of_nothing->at(0).start_time, std::nullopt);
    EXPECT_EQ(of_nothing->at(0).end_time, std::nullopt);
}

TEST_F(DeepgramTest, a_hypothesis_ends_nothing) {
    EXPECT_EQ(told(results(R"({"transcript":"so"})", R"("is_final":false,"speech_final":true,)")), Told{R"("so" ...)"});
    EXPECT_EQ(told(R"({"type":"UtteranceEnd","channel":[0,1]})"), Told{});
    EXPECT_EQ(told(results(R"({"transcript":" "})", R"("is_final":false,)")), Told{R"("" ...)"});
}

TEST_F(DeepgramTest, speakers_and_the_stream_as_a_whole_are_several_voices) {
    EXPECT_EQ(told(words("a", R"({"word":"a"})")), Told{R"("a")"});
    EXPECT_EQ(told(words("b", R"({"word":"b","speaker":0})")), Told{R"(speaker-0: "b")"});
    EXPECT_EQ(told(R"({"type":"UtteranceEnd","channel":[0,1]})"), (Told{R"("" .)", R"(speaker-0: "" .)"}));
}

TEST_F(DeepgramTest, channels_are_numbers_below_their_count) {
    const auto on = [&](const std::string& index) {
        return told(results(R"({"transcript":"a"})", R"("channel_index":)" + index + ","));
    };

    EXPECT_EQ(on("[255,256]"), Told{R"(channel-255: "a")"});
    EXPECT_EQ(on("[0]"), Told{R"("a")"});
    EXPECT_EQ(on("[]"), Told{R"("a")"});
    EXPECT_EQ(on("[1,2,9]"), Told{R"(channel-1: "a")"});
    EXPECT_EQ(on("[2,2]"), Told{R"(invalid_value at "/channel_index")"});
    EXPECT_EQ(on("[0,257]"), Told{R"(invalid_value at "/channel_index/1")"});
    EXPECT_EQ(on("[-1,2]"), Told{R"(invalid_value at "/channel_index/0")"});
    EXPECT_EQ(on("[0.5,2]"), Told{R"(wrong_type at "/channel_index/0")"});
    EXPECT_EQ(on("0"), Told{R"(wrong_type at "/channel_index")"});
    EXPECT_EQ(told(R"({"type":"UtteranceEnd","channel":[2,2]})"), Told{R"(invalid_value at "/channel")"});
}

TEST_F(DeepgramTest, limits_are_those_of_native_chunks) {
    const MessageLimits limits;
    const std::string longest(limits.chunk_text_bytes, 'x');
    std::string many = R"({"word":"x"})";
    for (std::size_t i = 1; i < limits.words; ++i) many += R"(,{"word":"x"})";

    EXPECT_EQ(told(results(R"({"transcript":")" + longest + "\"}")).at(0).size(), longest.size() + 2);
    EXPECT_EQ(told(results(R"({"transcript":")" + longest + "x\"}")),
              Told{R"(too_large at "/channel/alternatives/0/transcript")"});
    EXPECT_EQ(told(words("x", many)), Told{R"("x")"});
    EXPECT_EQ(told(words("x", many + R"(,{"word":"x"})")), Told{R"(too_many at "/channel/alternatives/0/words")"});
    EXPECT_EQ(told(words("x", R"({"word":"x","speaker":0},{"word":")" + longest + R"(","speaker":1})")).size(), 2U);
    EXPECT_EQ(told(words("x", R"({"word":"x","speaker":1},{"word":"y","speaker":0},{"word":")" + longest +
                                  R"(","speaker":1})")),
              Told{R"(too_large at "/channel/alternatives/0/words")"});
}

TEST_F(DeepgramTest, only_so_many_voices_have_words_open) {
    const auto of_speaker = [](std::size_t number) {
        return R"({"word":"x","speaker":)" + std::to_string(number) + "}";
    };
    std::string most = of_speaker(0);
    for (std::size_t i = 1; i < RecogniserSource::k_open_voices; ++i) most += "," + of_speaker(i);

    EXPECT_EQ(told(words("x", most + "," + of_speaker(999))), Told{R"(too_many at "/channel/alternatives/0/words")"});
    EXPECT_EQ(told(words("x", most)).size(), RecogniserSource::k_open_voices);
    EXPECT_EQ(told(words("x", of_speaker(999))), Told{R"(too_many at "")"});
    EXPECT_EQ(told(words("x", of_speaker(3))), Told{R"(speaker-3: "x")"});
    EXPECT_EQ(told(words("x", of_speaker(999), R"("speech_final":true,)")).size(), RecogniserSource::k_open_voices + 1);
    EXPECT_EQ(told(words("x", of_speaker(999))), Told{R"(speaker-999: "x")"});
}

TEST_F(DeepgramTest, speakers_have_numbers_from_zero) {
    EXPECT_EQ(told(words("x", R"({"word":"x","speaker":-1})")),
              Told{R"(invalid_value at "/channel/alternatives/0/words/0/speaker")"});
}

TEST(DeepgramChannelsTest, names_are_those_of_the_configuration) {
    EventReader reader("deepgram", R"([null,{"name":"Bob"},{"role":"agent"},{"userId":"cy@example.com"}])");
    const auto speaker = [&](int channel) {
        const auto chunks =
            reader.read(results(R"({"transcript":"a"})", R"("channel_index":[)" + std::to_string(channel) + ",5],"));
        return chunks->at(0).speaker.value_or(Speaker{});
    };

    EXPECT_EQ(speaker(0), (Speaker{"channel-0", "", ""}));
    EXPECT_EQ(speaker(1), (Speaker{"", "Bob", ""}));
    EXPECT_EQ(speaker(2), (Speaker{"channel-2", "", "agent"}));
    EXPECT_EQ(speaker(3), (Speaker{"cy@example.com", "", ""}));
    EXPECT_EQ(speaker(4), (Speaker{"channel-4", "", ""}));
}

}  // namespace
}  // namespace earshot::proto
