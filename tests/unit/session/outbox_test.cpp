#include "earshot/session/outbox.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace earshot::session {
namespace {

Frame frame(std::size_t bytes) {
    return std::make_shared<const std::string>(bytes, 'x');
}

TEST(OutboxTest, takes_up_to_its_bytes) {
    Outbox outbox(100, 10);

    EXPECT_EQ(outbox.push(frame(60), Importance::passing), Verdict::queued);
    EXPECT_EQ(outbox.push(frame(40), Importance::passing), Verdict::queued);
    EXPECT_FALSE(outbox.is_behind());
    EXPECT_EQ(outbox.push(frame(1), Importance::required), Verdict::congested);
    EXPECT_TRUE(outbox.is_behind());
    EXPECT_EQ(outbox.bytes(), 101U);
}

TEST(OutboxTest, takes_up_to_its_frames) {
    Outbox outbox(1000, 2);

    EXPECT_EQ(outbox.push(frame(1), Importance::required), Verdict::queued);
    EXPECT_EQ(outbox.push(frame(1), Importance::required), Verdict::queued);
    EXPECT_EQ(outbox.push(frame(1), Importance::passing), Verdict::dropped);
    EXPECT_EQ(outbox.push(frame(1), Importance::required), Verdict::congested);
    EXPECT_EQ(outbox.frames(), 3U);
}

TEST(OutboxTest, is_behind_until_half_of_it_is_written) {
    Outbox outbox(100, 4);
    for (int i = 0; i < 5; ++i) outbox.push(frame(20), Importance::required);
    ASSERT_TRUE(outbox.is_behind());

    for (int i = 0; i < 2; ++i) {
        outbox.take_next();
        outbox.written();
    }
    EXPECT_TRUE(outbox.is_behind());
    EXPECT_EQ(outbox.push(frame(1), Importance::passing), Verdict::dropped);

    outbox.take_next();
    EXPECT_TRUE(outbox.is_behind()) << "what is in flight is not written";
    outbox.written();
    EXPECT_FALSE(outbox.is_behind());
    EXPECT_EQ(outbox.push(frame(1), Importance::passing), Verdict::queued);
}

// Nothing would be written after which it could be behind no more.
TEST(OutboxTest, empty_takes_a_frame_larger_than_it_is) {
    for (const Importance importance : {Importance::passing, Importance::required}) {
        Outbox outbox(100, 4);

        EXPECT_EQ(outbox.push(frame(101), importance), Verdict::congested);
        EXPECT_TRUE(outbox.is_behind());
        EXPECT_EQ(outbox.push(frame(1), Importance::passing), Verdict::dropped);
        outbox.take_next();
        outbox.written();
        EXPECT_FALSE(outbox.is_behind());
    }
}

TEST(OutboxTest, is_not_behind_when_nothing_of_it_is_left) {
    Outbox outbox(100, 4);
    for (int i = 0; i < 2; ++i) outbox.push(frame(80), Importance::required);
    ASSERT_TRUE(outbox.is_behind());

    outbox.clear();

    EXPECT_FALSE(outbox.is_behind());
}

TEST(OutboxTest, gives_frames_in_their_order) {
    Outbox outbox(100, 4);
    outbox.push(frame(1), Importance::required);
    outbox.push(frame(2), Importance::passing);

    EXPECT_EQ(outbox.take_next()->size(), 1U);
    EXPECT_EQ(outbox.take_next()->size(), 2U);
    EXPECT_EQ(outbox.take_next(), nullptr);
    EXPECT_FALSE(outbox.empty()) << "both are in flight";
    outbox.written();
    outbox.written();
    outbox.written();
    EXPECT_TRUE(outbox.empty());
    EXPECT_EQ(outbox.bytes(), 0U);
}

TEST(OutboxTest, clear_forgets_what_is_not_in_flight) {
    Outbox outbox(100, 4);
    outbox.push(frame(5), Importance::required);
    outbox.push(frame(7), Importance::required);
    outbox.take_next();

    outbox.clear();

    EXPECT_EQ(outbox.bytes(), 5U);
    EXPECT_FALSE(outbox.has_next());
    EXPECT_FALSE(outbox.empty());
}

}  // namespace
}  // namespace earshot::session
