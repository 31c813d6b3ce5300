#include "caption_board.hpp"

#include <gtest/gtest.h>

#include <string>

namespace earshot::load {
namespace {

using std::chrono::milliseconds;

constexpr base::MonotonicTime k_speak{std::chrono::seconds(100)};

std::string caption(const std::string& text, bool is_final, int offset = 0) {
    return R"({"type":"message","message":{"type":"recognition_result","isFinal":)" +
           std::string(is_final ? "true" : "false") + R"(,"payload":{"raw":{"alternatives":[{"transcript":")" + text +
           R"(","words":[]}]}}},"timeOffset":)" + std::to_string(offset) + "}";
}

class CaptionBoardTest : public testing::Test {
protected:
    CaptionBoardTest() {
        for (const auto& [text, is_final] : {std::pair("how", false), {"how much", true}, {"ten", true}}) {
            Line line;
            line.chunk.text = text;
            line.chunk.is_final = is_final;
            line.due = milliseconds(100 * script_.size());
            script_.push_back(line);
        }
    }

    /// The line that a caption is of, told `after` the first line's time.
    std::optional<std::size_t> take(const std::string& frame, std::size_t next, milliseconds after = {}) {
        return board_.take(frame, next, k_speak + after);
    }

    Script script_;
    Telemetry telemetry_;
    CaptionBoard board_{script_, k_speak, 2, telemetry_};
};

TEST_F(CaptionBoardTest, only_recognition_results_are_captions) {
    EXPECT_TRUE(CaptionBoard::is_caption(caption("how", false)));
    EXPECT_FALSE(CaptionBoard::is_caption(R"({"type":"message","message":{"type":"conversation_created"}})"));
    EXPECT_FALSE(CaptionBoard::is_caption(R"({"type":"message_response","messages":[]})"));
}

TEST_F(CaptionBoardTest, delays_count_from_the_time_a_chunk_was_due) {
    EXPECT_EQ(take(caption("how", false), 0, milliseconds(2)), 0u);
    EXPECT_EQ(take(caption("how", false), 0, milliseconds(7)), 0u);
    EXPECT_EQ(take(caption("how much", true), 1, milliseconds(103)), 1u);

    EXPECT_EQ(telemetry_.delivered.count(), 3u);
    EXPECT_EQ(telemetry_.delivered.max(), milliseconds(7));
    EXPECT_EQ(telemetry_.delivered_to_all.count(), 1u);
    EXPECT_EQ(telemetry_.delivered_to_all.max(), milliseconds(7));
    EXPECT_EQ(board_.incomplete(), 1u);
}

TEST_F(CaptionBoardTest, who_was_spared_captions_goes_on_with_those_that_are_told) {
    EXPECT_EQ(take(caption("ten", true), 0), 2u);       // the first to be told anything was spared two
    EXPECT_EQ(take(caption("how much", true), 0), 1u);  // the other one was spared the first
    EXPECT_EQ(take(caption("ten", true), 2), 2u);
}

TEST_F(CaptionBoardTest, what_nobody_said_is_of_no_line) {
    EXPECT_EQ(take(caption("eleven", true), 0), std::nullopt);
    EXPECT_EQ(take(caption("how", true), 0), std::nullopt);   // it was a hypothesis
    EXPECT_EQ(take(caption("how", false), 1), std::nullopt);  // told before
    EXPECT_EQ(take("no JSON", 0), std::nullopt);
}

TEST_F(CaptionBoardTest, finals_are_told_from_hypotheses) {
    EXPECT_EQ(board_.finals(0, 3), 2u);
    EXPECT_EQ(board_.finals(0, 1), 0u);
    EXPECT_EQ(board_.finals(2, 9), 1u);
    EXPECT_EQ(board_.finals(3, 1), 0u);
}

TEST_F(CaptionBoardTest, equal_texts_are_of_one_line_after_the_other) {
    script_.push_back(script_.back());

    EXPECT_EQ(take(caption("ten", true, 210), 2), 2u);
    EXPECT_EQ(take(caption("ten", true, 320), 3), 3u);
    EXPECT_EQ(take(caption("ten", true, 210), 2), 2u);
    EXPECT_EQ(take(caption("ten", true, 320), 3), 3u);
    EXPECT_EQ(telemetry_.delivered_to_all.count(), 2u);
}

}  // namespace
}  // namespace earshot::load
