#include "net/directory.hpp"

#include "net/shard.hpp"
#include "support/net/test_server.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace earshot::net {
namespace {

class DirectoryTest : public ::testing::Test {
protected:
    static Directory::Waiting waiting(Shard& shard, session::SocketId socket, std::uint64_t from = 0) {
        Directory::Waiting one{&shard, socket, {}};
        if (from > 0) one.subscription.resume_from = from;
        return one;
    }

    testing::RecordingHooks hooks_;
    ComputePool pool_{1, 4};
    ServerShared server_{{}, hooks_, pool_, nullptr};
    std::shared_ptr<Shard> here_ = std::make_shared<Shard>(0, server_);
    std::shared_ptr<Shard> there_ = std::make_shared<Shard>(1, server_);
    Directory directory_;
};

TEST_F(DirectoryTest, who_comes_first_is_the_home) {
    const auto first = directory_.find_or_enter("x", *here_);
    const auto second = directory_.find_or_enter("x", *there_);

    EXPECT_TRUE(first.is_new);
    EXPECT_FALSE(second.is_new);
    EXPECT_EQ(second.place.home, here_.get());
    EXPECT_EQ(second.place.number, first.place.number);
    EXPECT_TRUE(second.waiting.empty());
    EXPECT_EQ(directory_.size(), 1U);
}

TEST_F(DirectoryTest, other_keys_are_other_conversations) {
    EXPECT_NE(directory_.find_or_enter("x", *here_).place.number, directory_.find_or_enter("y", *here_).place.number);
    EXPECT_NE(directory_.find_or_enter("", *here_).place.number, directory_.find_or_enter("X", *here_).place.number);
    EXPECT_EQ(directory_.size(), 4U);
}

TEST_F(DirectoryTest, a_subscriber_finds_what_is_there) {
    const auto entered = directory_.find_or_enter("x", *here_);

    const ConversationPlace place = directory_.find_or_wait("x", waiting(*there_, 7));

    EXPECT_EQ(place.home, here_.get());
    EXPECT_EQ(place.number, entered.place.number);
    EXPECT_FALSE(directory_.stop_waiting("x", 7));
}

TEST_F(DirectoryTest, who_enters_is_handed_those_that_wait_in_their_order) {
    EXPECT_EQ(directory_.find_or_wait("x", waiting(*here_, 7)).home, nullptr);
    EXPECT_EQ(directory_.find_or_wait("y", waiting(*here_, 8)).home, nullptr);
    EXPECT_EQ(directory_.find_or_wait("x", waiting(*there_, 9, 41)).home, nullptr);
    EXPECT_EQ(directory_.size(), 0U);

    const auto found = directory_.find_or_enter("x", *here_);

    ASSERT_EQ(found.waiting.size(), 2U);
    EXPECT_EQ(found.waiting[0].socket, 7U);
    EXPECT_EQ(found.waiting[0].shard, here_.get());
    EXPECT_EQ(found.waiting[1].socket, 9U);
    EXPECT_EQ(found.waiting[1].shard, there_.get());
    EXPECT_EQ(found.waiting[1].subscription.resume_from, 41U);
    EXPECT_TRUE(directory_.find_or_enter("x", *there_).waiting.empty());
    EXPECT_FALSE(directory_.stop_waiting("x", 7));
}

TEST_F(DirectoryTest, who_stops_waiting_is_not_handed_over) {
    directory_.find_or_wait("x", waiting(*here_, 7));
    directory_.find_or_wait("x", waiting(*here_, 8));

    EXPECT_TRUE(directory_.stop_waiting("x", 7));
    EXPECT_FALSE(directory_.stop_waiting("x", 7));
    EXPECT_FALSE(directory_.stop_waiting("y", 8));

    const auto found = directory_.find_or_enter("x", *here_);
    ASSERT_EQ(found.waiting.size(), 1U);
    EXPECT_EQ(found.waiting[0].socket, 8U);
}

TEST_F(DirectoryTest, after_the_end_another_one_begins) {
    const auto first = directory_.find_or_enter("x", *here_);
    directory_.remove("x", first.place.number);
    EXPECT_EQ(directory_.find_or_wait("x", waiting(*here_, 7)).home, nullptr);

    const auto second = directory_.find_or_enter("x", *there_);

    EXPECT_TRUE(second.is_new);
    EXPECT_NE(second.place.number, first.place.number);
    EXPECT_EQ(second.waiting.size(), 1U);
}

TEST_F(DirectoryTest, a_late_end_does_not_remove_the_next_one) {
    const auto first = directory_.find_or_enter("x", *here_);
    directory_.remove("x", first.place.number);
    const auto second = directory_.find_or_enter("x", *there_);

    directory_.remove("x", first.place.number);

    EXPECT_EQ(directory_.find_or_enter("x", *here_).place.number, second.place.number);
}

}  // namespace
}  // namespace earshot::net
