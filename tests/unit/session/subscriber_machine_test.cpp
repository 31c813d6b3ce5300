#include "earshot/session/subscriber_machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace earshot::session {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using Names = std::vector<std::string>;

// A subscriber with names for what it asks for, whose client reads all.
SocketLimits limits_with(std::size_t outbox_frames) {
    SocketLimits limits;
    limits.outbox_frames = outbox_frames;
    return limits;
}

class Listener {
public:
    explicit Listener(const Subscription& subscription = {}, std::size_t outbox_frames = 1024)
        : limits(limits_with(outbox_frames)), machine(limits, subscription, now) {}

    Names actions() {
        std::vector<SocketAction> taken;
        machine.take_actions(taken);
        Names names;
        for (const SocketAction& action : taken) {
            constexpr const char* known[] = {"join",  "speak", "modify",    "stop",
                                             "leave", "close", "subscribe", "refresh"};
            names.emplace_back(known[action.index()]);
            if (const auto* close = std::get_if<Close>(&action)) {
                names.back() += " " + std::to_string(close->code) + (close->now ? " now" : "");
            }
        }
        return names;
    }

    Names frames() {
        Names read;
        while (const Frame frame = machine.outbox().take_next()) {
            read.push_back(*frame);
            machine.outbox().written();
        }
        return read;
    }

    void text(std::string_view message) { machine.on_text(message, message.size(), now); }
    void tell(const std::string& frame) { machine.on_tell({1, std::make_shared<const std::string>(frame)}, now); }
    void broadcast(Importance importance = Importance::required, bool is_caption = false) {
        const auto frame = [](const char* text) { return std::make_shared<const std::string>(text); };
        machine.on_broadcast({frame("plain"), frame("revised"), importance, is_caption}, now);
    }
    void pass(base::Duration time) {
        now += time;
        machine.on_time(now);
    }

    SocketLimits limits;
    base::MonotonicTime now{std::chrono::hours(1)};
    SubscriberMachine machine;
};

// ---- Every state, every input ----

enum class State { waiting, following, again, over, left };

struct Case {
    const char* name;
    State state;
    std::function<void(Listener&)> input;
    Names actions;
    Names frames;
    bool is_closed;
};

void PrintTo(const Case& one, std::ostream* out) {
    *out << one.name;
}

class SubscriberStateTest : public testing::TestWithParam<Case> {};

TEST_P(SubscriberStateTest, does_what_the_table_says) {
    Listener listener;
    if (GetParam().state == State::following || GetParam().state == State::over) {
        listener.machine.on_started(listener.now);
    }
    if (GetParam().state == State::again) listener.machine.on_ended(Ended::Why::not_begun, listener.now);
    if (GetParam().state == State::over) listener.machine.on_ended(Ended::Why::completed, listener.now);
    if (GetParam().state == State::left) listener.machine.on_gone();
    listener.actions();

    GetParam().input(listener);

    EXPECT_EQ(listener.actions(), GetParam().actions);
    EXPECT_EQ(listener.frames(), GetParam().frames);
    EXPECT_EQ(listener.machine.is_closed(), GetParam().is_closed);
}

void ping(Listener& listener) {
    listener.text("__PING__");
}
void say(Listener& listener) {
    listener.text(R"({"type":"start_request"})");
}
void send_audio(Listener& listener) {
    listener.machine.on_binary(640, listener.now);
}
void go(Listener& listener) {
    listener.machine.on_gone();
}
void begin(Listener& listener) {
    listener.machine.on_started(listener.now);
}
void hear(Listener& listener) {
    listener.broadcast();
}
void be_told(Listener& listener) {
    listener.tell("told");
}
void not_begin(Listener& listener) {
    listener.machine.on_ended(Ended::Why::not_begun, listener.now);
}
void complete(Listener& listener) {
    listener.machine.on_ended(Ended::Why::completed, listener.now);
}
void be_too_many(Listener& listener) {
    listener.machine.on_ended(Ended::Why::failed, listener.now);
}
void shut_down(Listener& listener) {
    listener.machine.on_shutdown(listener.now);
}
void wait_long(Listener& listener) {
    listener.pass(minutes(30));
}

std::vector<Case> cases() {
    const Names none;
    const Names closed{"close 1000"};
    const Names leaves{"leave"};
    const Names leaves_and_closes{"leave", "close 1000"};
    const Names asks{"subscribe"};
    const Names pong{"__PONG__"};
    const Names told{"told"};
    const Names plain{"plain"};
    return {
        {"waiting_ping", State::waiting, ping, none, pong, false},
        {"waiting_text", State::waiting, say, none, none, false},
        {"waiting_audio", State::waiting, send_audio, none, none, false},
        {"waiting_gone", State::waiting, go, leaves, none, true},
        {"waiting_broadcast", State::waiting, hear, none, none, false},
        {"waiting_tell", State::waiting, be_told, none, told, false},
        {"waiting_not_begun", State::waiting, not_begin, asks, none, false},
        {"waiting_completed", State::waiting, complete, closed, none, true},
        {"waiting_failed", State::waiting, be_too_many, closed, none, true},
        {"waiting_shutdown", State::waiting, shut_down, leaves_and_closes, none, true},
        {"waiting_long", State::waiting, wait_long, leaves_and_closes, none, true},

        {"following_ping", State::following, ping, none, pong, false},
        {"following_text", State::following, say, none, none, false},
        {"following_audio", State::following, send_audio, none, none, false},
        {"following_gone", State::following, go, leaves, none, true},
        {"following_started", State::following, begin, none, none, false},
        {"following_broadcast", State::following, hear, none, plain, false},
        {"following_tell", State::following, be_told, none, told, false},
        {"following_not_begun", State::following, not_begin, asks, none, false},
        {"following_completed", State::following, complete, closed, none, true},
        {"following_failed", State::following, be_too_many, closed, none, true},
        {"following_shutdown", State::following, shut_down, none, none, false},
        {"following_long", State::following, wait_long, none, none, false},

        {"again_broadcast", State::again, hear, none, none, false},
        {"again_gone", State::again, go, leaves, none, true},
        {"again_long", State::again, wait_long, leaves_and_closes, none, true},

        {"over_ping", State::over, ping, none, none, true},
        {"over_gone", State::over, go, none, none, true},
        {"over_broadcast", State::over, hear, none, none, true},
        {"over_tell", State::over, be_told, none, none, true},
        {"over_not_begun", State::over, not_begin, none, none, true},
        {"over_completed", State::over, complete, none, none, true},
        {"over_shutdown", State::over, shut_down, none, none, true},
        {"over_long", State::over, wait_long, none, none, true},

        {"left_ping", State::left, ping, none, none, true},
        {"left_gone", State::left, go, none, none, true},
        {"left_started", State::left, begin, none, none, true},
        {"left_broadcast", State::left, hear, none, none, true},
        {"left_tell", State::left, be_told, none, none, true},
        {"left_not_begun", State::left, not_begin, none, none, true},
        {"left_shutdown", State::left, shut_down, none, none, true},
        {"left_long", State::left, wait_long, none, none, true},
    };
}

INSTANTIATE_TEST_SUITE_P(All, SubscriberStateTest, testing::ValuesIn(cases()),
                         [](const auto& test) { return std::string(test.param.name); });

// ---- The rest ----

TEST(SubscriberMachineTest, asks_for_its_conversation_at_once) {
    Subscription subscription;
    subscription.wishes.revisions = true;
    subscription.resume_from = 7;
    Listener listener(subscription);
    std::vector<SocketAction> taken;
    listener.machine.take_actions(taken);

    ASSERT_EQ(taken.size(), 1U);
    const auto& asked = std::get<Subscribe>(taken[0]).subscription;
    EXPECT_EQ(asked.resume_from, 7U);
    EXPECT_TRUE(asked.wishes.revisions && asked.wishes.transcript && asked.wishes.interim_results);
    EXPECT_TRUE(listener.machine.is_in_conversation());
}

TEST(SubscriberMachineTest, asks_again_for_the_same_after_a_conversation_that_did_not_begin) {
    Subscription subscription;
    subscription.resume_from = 7;
    Listener listener(subscription);
    listener.actions();
    not_begin(listener);
    std::vector<SocketAction> taken;
    listener.machine.take_actions(taken);

    ASSERT_EQ(taken.size(), 1U);
    EXPECT_EQ(std::get<Subscribe>(taken[0]).subscription.resume_from, 7U);
    begin(listener);
    hear(listener);
    EXPECT_THAT(listener.frames(), ElementsAre("plain"));
}

TEST(SubscriberMachineTest, is_told_the_form_that_it_wants) {
    Subscription subscription;
    subscription.wishes.revisions = true;
    Listener listener(subscription);
    begin(listener);
    hear(listener);
    listener.broadcast(Importance::passing);
    listener.broadcast(Importance::required, true);

    EXPECT_THAT(listener.frames(), ElementsAre("revised", "revised", "revised"));
}

TEST(SubscriberMachineTest, a_form_that_is_not_there_is_told_to_nobody) {
    Listener listener;
    begin(listener);
    const Frame revised = std::make_shared<const std::string>("revised");
    listener.machine.on_broadcast({nullptr, revised, Importance::required, false}, listener.now);

    EXPECT_THAT(listener.frames(), IsEmpty());
}

TEST(SubscriberMachineTest, the_time_that_it_waits_counts_from_its_begin) {
    Listener listener;
    EXPECT_EQ(listener.machine.deadline(), listener.now + minutes(30));
    begin(listener);
    EXPECT_EQ(listener.machine.deadline(), std::nullopt);
    listener.pass(minutes(20));
    not_begin(listener);
    EXPECT_EQ(listener.machine.deadline(), listener.now + minutes(10));
    listener.pass(minutes(10) - seconds(1));
    EXPECT_FALSE(listener.machine.is_closed());
    listener.pass(seconds(1));

    EXPECT_TRUE(listener.machine.is_closed());
}

TEST(SubscriberMachineTest, one_that_does_not_read_is_closed_as_slow) {
    Listener listener;
    begin(listener);
    listener.actions();
    for (std::size_t i = 0; i <= listener.limits.outbox_frames; ++i) hear(listener);
    listener.broadcast(Importance::passing);
    EXPECT_EQ(listener.machine.counters().interim_dropped, 1U);

    listener.pass(listener.limits.slow_client);

    EXPECT_THAT(listener.actions(), ElementsAre("leave", "close 1000 now"));
    EXPECT_THAT(listener.frames(), ElementsAre(testing::HasSubstr("slow_client")));
}

TEST(SubscriberMachineTest, one_that_is_refused_is_told_why_and_closed) {
    Listener listener;
    listener.actions();
    listener.machine.on_refused({base::Errc::draining, "later", {}, {}}, listener.now);

    EXPECT_THAT(listener.actions(), ElementsAre("leave", "close 1000"));
    EXPECT_THAT(listener.frames(), ElementsAre(testing::HasSubstr(R"("code":"draining")")));
}

TEST(SubscriberMachineTest, a_follower_that_missed_interims_is_told_none_before_it_is_told_what_is_open) {
    Subscription subscription;
    subscription.wishes.revisions = true;
    Listener listener(subscription, 2);
    listener.machine.on_started(listener.now);
    listener.actions();
    const auto interim = [&](Importance importance) {
        Broadcast broadcast{nullptr, std::make_shared<const std::string>("revised"), importance, false, true};
        listener.machine.on_broadcast(broadcast, listener.now);
    };
    for (int i = 0; i < 3; ++i) listener.tell("due");

    interim(Importance::passing);   // dropped
    interim(Importance::required);  // takes back what it was never told
    EXPECT_EQ(listener.frames(), Names(3, "due"));
    EXPECT_EQ(listener.actions(), Names{});
    interim(Importance::passing);  // it has caught up
    EXPECT_EQ(listener.actions(), Names{"refresh"});
    EXPECT_EQ(listener.frames(), Names{});
    listener.broadcast();
    EXPECT_EQ(listener.frames(), Names{"revised"}) << "final responses are told all the time";
    listener.machine.on_tell({1, std::make_shared<const std::string>("open"), true}, listener.now);
    interim(Importance::passing);

    EXPECT_EQ(listener.frames(), (Names{"open", "revised"}));
    EXPECT_EQ(listener.machine.counters().interim_dropped, 3U);
}

}  // namespace
}  // namespace earshot::session
