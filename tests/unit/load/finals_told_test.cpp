#include "finals_told.hpp"

#include <gtest/gtest.h>

#include <string>

namespace earshot::load {
namespace {

std::string messages(int sequence, const std::string& text = "hello") {
    return R"({"type":"message_response","messages":[{"payload":{"content":")" + text + R"("}}],"sequenceNumber":)" +
           std::to_string(sequence) + "}";
}

std::string hits(int sequence, bool is_final) {
    return R"({"type":"tracker_response","isFinal":)" + std::string(is_final ? "true" : "false") +
           R"(,"trackers":[],"sequenceNumber":)" + std::to_string(sequence) + "}";
}

FinalsTold told(std::initializer_list<std::string> frames) {
    FinalsTold finals;
    for (const std::string& frame : frames) finals.take(frame);
    return finals;
}

TEST(FinalsToldTest, who_was_told_the_same_agrees_whatever_was_told_between) {
    const FinalsTold one = told({messages(1), hits(2, true)});
    const FinalsTold other =
        told({R"({"type":"message","message":{"type":"conversation_created"}})", messages(1), hits(2, true),
              hits(3, false), R"({"type":"message","message":{"type":"recognition_result"}})"});

    EXPECT_TRUE(one.agrees_with(other));
    EXPECT_EQ(other.count(), 2u);
    EXPECT_EQ(other.out_of_order(), 0u);
}

TEST(FinalsToldTest, another_text_a_lost_and_a_doubled_response_are_seen) {
    const FinalsTold whole = told({messages(1), hits(2, true)});

    EXPECT_FALSE(whole.agrees_with(told({messages(1, "hallo"), hits(2, true)})));
    EXPECT_FALSE(whole.agrees_with(told({messages(1)})));
    EXPECT_FALSE(whole.agrees_with(told({messages(1), messages(1), hits(2, true)})));
    EXPECT_FALSE(whole.agrees_with(told({hits(2, true), messages(1)})));
}

TEST(FinalsToldTest, numbers_that_do_not_rise_are_counted) {
    EXPECT_EQ(told({messages(2), messages(2), hits(1, false), messages(3)}).out_of_order(), 2u);
}

TEST(FinalsToldTest, a_number_inside_a_text_is_none_of_the_response) {
    EXPECT_EQ(told({messages(5), messages(6, R"(\"sequenceNumber\":1)")}).out_of_order(), 0u);
}

}  // namespace
}  // namespace earshot::load
