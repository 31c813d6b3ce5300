// Sessions that follow stored trackers which cannot come into force: for a moment, or until something changes.
#include "support/net/full_pool.hpp"
#include "support/net/memory_store.hpp"
#include "support/net/test_server.hpp"
#include "support/net/tracker_clients.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <string_view>

namespace earshot::testing {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view k_follow = R"("trackers":{"enableAllTrackers":true,"follow":true})";
constexpr std::string_view k_followed = R"("cause":"follow")";

net::ServerOptions with_two_trackers() {
    net::ServerOptions options;
    options.conversation.trackers = 2;
    return options;
}

class FollowingOverTheWireTest : public ::testing::Test {
protected:
    /// A session for which nothing is being worked out.
    TrackerSession follow() {
        TrackerSession session(server_.port());
        session.start(start_message({}, k_follow));
        wait_until_read();
        session.modify("{}");  // behind what that had it ask for
        return session;
    }

    /// Past the management API, which needs the pool. It returns when the server has read that.
    void store(const std::string& name, const std::string& phrase) {
        detect::TrackerDefinition tracker;
        tracker.name = name;
        tracker.vocabulary = {phrase};
        await([&](const auto& done) { store_.create("default", {tracker}, 500, done); });
        wait_until_read();
    }

    /// The server has read what it was told to have changed, and told its threads: the store does one thing at a time.
    void wait_until_read() {
        await([&](const auto& done) { store_.list("default", std::nullopt, done); });
    }

    template <typename Ask>
    static void await(const Ask& ask) {
        std::promise<void> done;
        ask([&done](const auto& records) {
            EXPECT_TRUE(records);
            done.set_value();
        });
        done.get_future().wait();
    }

    MemoryStore store_;
    TestServer server_{with_two_trackers(), {}, Transport::plain, &store_};
    TrackerApi api_{server_.port()};
};

TEST_F(FollowingOverTheWireTest, what_a_full_pool_kept_away_comes_when_it_has_room) {
    api_.create("Price", R"(["how much"])");
    TrackerSession follower = follow();
    {
        const FullPool full(server_.pool());
        store("Refund", "money back");
        EXPECT_THAT(follower.heard("how much, money back"), ElementsAre("Price")) << "the server knows by now";
        EXPECT_THAT(follower.modify(R"({"remove":["nobody"]})"), HasSubstr("queue_full")) << "the pool is full indeed";
    }

    follower.wait_for(k_followed);
    EXPECT_THAT(follower.heard("how much, money back"), ElementsAre("Price", "Refund"));
}

TEST_F(FollowingOverTheWireTest, what_is_beyond_a_limit_is_told_and_followed_when_it_no_longer_is) {
    api_.create("Price", R"(["how much"])");
    const std::string refund = api_.create("Refund", R"(["money back"])");
    TrackerSession follower = follow();
    api_.create("More", R"(["hello"])");

    EXPECT_THAT(follower.wait_for(R"("type":"error")"),
                AllOf(HasSubstr(R"("code":"too_many")"), HasSubstr(R"("path":"/config/trackers/follow")")));
    follower.take_told();
    EXPECT_THAT(follower.heard("how much, money back, hello"), ElementsAre("Price", "Refund"));
    EXPECT_THAT(follower.take_told(), Each(Not(HasSubstr(R"("type":"error")")))) << "once";

    api_.remove(refund);
    follower.wait_for(k_followed);
    EXPECT_THAT(follower.heard("how much, money back, hello"), ElementsAre("Price", "More"));
}

}  // namespace
}  // namespace earshot::testing
