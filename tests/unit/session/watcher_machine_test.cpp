#include "earshot/session/watcher_machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace earshot::session {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class WatcherMachineTest : public testing::Test {
protected:
    static News news(News::Kind kind, const std::string& id = "1", const std::string& tracker = "Pricing") {
        News news;
        news.kind = kind;
        news.conversation.id = id;
        news.conversation.members = {{"m", "Ann", {}, {}}};
        if (kind != News::Kind::heard) return news;
        detect::KeptHit& kept = news.hits.emplace_back();
        kept.hit.tracker = "id of " + tracker;
        kept.hit.tracker_name = tracker;
        kept.hit.member = "m";
        kept.hit.parts = {{"message", 0, 1, {}}};
        kept.texts = {"text"};
        return news;
    }

    /// What the machine tells, in short: types and conversations.
    std::vector<std::string> told(const News& news) {
        machine_.on_news(news, now_);
        std::vector<std::string> told;
        while (const Frame next = machine_.outbox().take_next()) {
            const std::string& frame = *next;
            machine_.outbox().written();
            for (const std::string type : {"conversation_started", "tracker_response", "conversation_ended"}) {
                if (frame.find(type) != std::string::npos) told.push_back(type);
            }
        }
        return told;
    }

    const SocketLimits limits_;
    const base::MonotonicTime now_{};
    WatcherMachine machine_{limits_, {}, now_};
};

TEST_F(WatcherMachineTest, a_begin_that_comes_twice_is_told_once) {
    EXPECT_THAT(told(news(News::Kind::begun)), ElementsAre("conversation_started"));
    EXPECT_THAT(told(news(News::Kind::begun)), IsEmpty());
    EXPECT_THAT(told(news(News::Kind::begun, "2")), ElementsAre("conversation_started"));
}

TEST_F(WatcherMachineTest, the_begin_comes_before_what_was_heard) {
    EXPECT_THAT(told(news(News::Kind::heard)), ElementsAre("conversation_started", "tracker_response"));
    EXPECT_THAT(told(news(News::Kind::begun)), IsEmpty());
    EXPECT_THAT(told(news(News::Kind::over)), ElementsAre("conversation_ended"));
}

TEST_F(WatcherMachineTest, what_ended_before_its_begin_was_told_is_not_told) {
    EXPECT_THAT(told(news(News::Kind::over)), IsEmpty());
}

TEST_F(WatcherMachineTest, hits_of_the_wanted_trackers_alone_are_told_by_name_or_id) {
    WatcherMachine some(limits_, {"Pricing", "id of Cancellation"}, now_);
    some.on_news(news(News::Kind::begun), now_);
    const std::size_t frames = some.outbox().frames();
    some.on_news(news(News::Kind::heard, "1", "Greeting"), now_);
    EXPECT_EQ(some.outbox().frames(), frames);
    some.on_news(news(News::Kind::heard, "1", "Pricing"), now_);
    some.on_news(news(News::Kind::heard, "1", "Cancellation"), now_);
    EXPECT_EQ(some.outbox().frames(), frames + 2);
}

TEST_F(WatcherMachineTest, it_asks_to_watch_and_leaves_at_the_shutdown) {
    std::vector<SocketAction> actions;
    machine_.take_actions(actions);
    ASSERT_EQ(actions.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<Watch>(actions[0]));
    machine_.on_shutdown(now_);
    machine_.take_actions(actions);
    ASSERT_EQ(actions.size(), 2U);
    EXPECT_TRUE(std::holds_alternative<Leave>(actions[0]));
    EXPECT_TRUE(std::holds_alternative<Close>(actions[1]));
    EXPECT_THAT(told(news(News::Kind::begun)), IsEmpty());
}

}  // namespace
}  // namespace earshot::session
