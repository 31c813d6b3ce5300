#include "unit/proto/recognisers/fixture.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace earshot::proto {
namespace {

using Told = std::vector<std::string>;

class VoskTest : public testing::Test {
protected:
    Told told(const std::string& event) { return reader_.told(event); }

    EventReader reader_{"vosk"};
};

TEST_F(VoskTest, words_may_be_absent_or_null) {
    EXPECT_EQ(told(R"({"partial":"so"})"), Told{R"("so" ...)"});
    EXPECT_EQ(told(R"({"partial":"so","partial_result":null})"), Told{R"("so" ...)"});
    EXPECT_EQ(told(R"({"text":"so","result":null,"spk":null})"), Told{R"("so" .)"});
    EXPECT_EQ(told(R"({"result":[{"word":"so","start":null,"end":null,"conf":null},{}],"text":"so"})"),
              Told{R"("so" .)"});
    EXPECT_EQ(told(R"({"alternatives":[{"text":"so"}]})"), Told{R"("so" .)"});
}

TEST_F(VoskTest, words_carry_times_and_confidence) {
    const auto chunks = reader_.read(R"({"result":[{"conf":0.5,"end":0.75,"start":0.25,"word":"so"},{"word":"how"}],)"
                                     R"("text":"so how"})");

    ASSERT_EQ(chunks->at(0).words.size(), 2U);
    EXPECT_EQ(chunks->at(0).words[0].confidence, 0.5);
    EXPECT_TRUE(std::isnan(chunks->at(0).words[1].start));
    EXPECT_EQ(chunks->at(0).start_time, 0.25);
    EXPECT_EQ(chunks->at(0).end_time, 0.75);
}

TEST_F(VoskTest, a_final_beside_a_partial_is_what_counts) {
    EXPECT_EQ(told(R"({"partial":"so","text":"so how"})"), Told{R"("so how" .)"});
}

TEST_F(VoskTest, silence_says_nothing) {
    EXPECT_EQ(told(R"({"partial":""})"), Told{});
    EXPECT_EQ(told(R"({"text":""})"), Told{});
    EXPECT_EQ(told(R"({"partial":"so"})"), Told{R"("so" ...)"});
    EXPECT_EQ(told(R"({"text":""})"), Told{R"("" ...)"});
    EXPECT_EQ(told(R"({"text":""})"), Told{});
}

TEST_F(VoskTest, what_is_wrong_is_told_with_its_place) {
    EXPECT_EQ(told(R"({"partial":null})"), Told{R"(wrong_type at "/partial")"});
    EXPECT_EQ(told(R"({"text":7})"), Told{R"(wrong_type at "/text")"});
    EXPECT_EQ(told(R"({"text":"a","result":[{"word":7}]})"), Told{R"(wrong_type at "/result/0/word")"});
    EXPECT_EQ(told(R"({"alternatives":[{"confidence":1}]})"), Told{R"(missing_member at "/alternatives/0/text")"});
    EXPECT_EQ(told(R"({"text":"a","result":[{"start":1e10}]})"), Told{R"(invalid_value at "/result/0/start")"});
    EXPECT_EQ(told(R"({"result":[{"word":"a"}]})"), Told{R"(missing_member at "/type")"});
    EXPECT_EQ(told(R"({"text":")" + std::string(MessageLimits{}.chunk_text_bytes + 1, 'x') + "\"}"),
              Told{R"(too_large at "/text")"});
}

// Its words would otherwise be committed although it says itself that they are not final.
TEST_F(VoskTest, a_native_chunk_without_its_type_is_none_of_vosk) {
    EXPECT_EQ(told(R"({"text":"so","isFinal":false})"), Told{R"(missing_member at "/type")"});
    EXPECT_EQ(told(R"({"text":"so","speaker":{"userId":"ann"}})"), Told{R"(missing_member at "/type")"});
}

}  // namespace
}  // namespace earshot::proto
