// Sessions that follow the stored trackers of their account, as these change, and what becomes of a change that cannot
// be taken.
#include "conversation_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace earshot::session {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Stored = std::shared_ptr<const StoredTrackers>;

/// Stored trackers with a phrase each; their ids count from 1.
template <typename... Phrases>
Stored stored(const Phrases&... phrases) {
    std::vector<detect::TrackerDefinition> trackers;
    for (const std::string& phrase : std::vector<std::string>{phrases...}) {
        detect::TrackerDefinition& tracker = trackers.emplace_back();
        tracker.id = std::to_string(trackers.size());
        tracker.name = "Stored " + tracker.id;
        tracker.vocabulary = {phrase};
    }
    return std::make_shared<const StoredTrackers>(std::move(trackers));
}

constexpr std::string_view k_all = R"(,"config":{"trackers":{"enableAllTrackers":true}})";
constexpr std::string_view k_following = R"(,"config":{"trackers":{"enableAllTrackers":true,"follow":true}})";
constexpr const char* k_followed = R"("cause":"follow")";
constexpr auto k_longest_pause = seconds(10);  // a try comes at least so often

std::string modify(const std::string& trackers) {
    return R"({"type":"modify_request","requestId":"m","trackers":)" + trackers + "}";
}

class FollowingTest : public ConversationFixture {
protected:
    /// A socket that follows, with a tracker of its own that hears "what is the price".
    std::size_t follow(const std::string& user = "a") { return join(start(user, std::string(k_following))); }

    /// The value of what is heard in `text`: the phrases, in the order of their trackers.
    std::vector<std::string> heard(std::size_t socket, const std::string& text) {
        std::vector<std::string> phrases;
        constexpr std::string_view key = R"("value":")";
        for (const std::string& frame : say(socket, chunk(text))) {
            for (std::size_t at = frame.find(key); at != std::string::npos; at = frame.find(key, at + 1)) {
                const std::size_t begin = at + key.size();
                phrases.push_back(frame.substr(begin, frame.find('"', begin) - begin));
            }
        }
        return phrases;
    }

    /// The store says something else, and who follows it asks for that before the pool has room again.
    void change_while_the_pool_is_full(Stored now) {
        world().fill_pool(true);
        world().store(std::move(now));
    }
};

// ---- Changes while something else is under way ----

TEST_F(FollowingTest, who_follows_has_what_changed_while_its_start_was_worked_out) {
    options_.stored = stored("before");
    world().hold_compiling(true);
    const std::size_t socket = follow();
    world().store(stored("after"));
    world().hold_compiling(false);

    EXPECT_THAT(world().take_frames(socket), Contains(HasSubstr(k_followed)));
    EXPECT_THAT(heard(socket, "before after"), ElementsAre("after"));
}

TEST_F(FollowingTest, so_has_who_took_the_place_of_another_then) {
    options_.stored = stored("before");
    const std::size_t first = follow();
    world().hold_compiling(true);
    const std::size_t second = follow();
    world().store(stored("after"));
    world().hold_compiling(false);

    EXPECT_TRUE(world().is_closed(first));
    EXPECT_THAT(world().take_frames(second), Contains(HasSubstr(k_followed)));
    EXPECT_THAT(heard(second, "before after"), ElementsAre("after"));
}

TEST_F(FollowingTest, changes_that_come_while_one_is_followed_are_followed_too) {
    options_.stored = stored("before");
    const std::size_t socket = follow();
    world().hold_compiling(true);
    for (const char* phrase : {"one", "two", "after"}) world().store(stored(phrase));
    world().hold_compiling(false);

    EXPECT_THAT(kinds(world().take_frames(socket)), ElementsAre("session_modified", "session_modified"));
    EXPECT_THAT(heard(socket, "one two after"), ElementsAre("after"));
}

// ---- Reasons that pass ----

TEST_F(FollowingTest, what_a_full_pool_kept_away_is_there_once_it_has_room) {
    options_.stored = stored("before");
    const std::size_t socket = follow();
    change_while_the_pool_is_full(stored("after"));
    EXPECT_THAT(pass(socket, minutes(10)), IsEmpty());
    EXPECT_THAT(heard(socket, "before after"), ElementsAre("before"));

    world().fill_pool(false);

    EXPECT_THAT(pass(socket, k_longest_pause), ElementsAre(HasSubstr(k_followed)));
    EXPECT_THAT(heard(socket, "before after"), ElementsAre("after"));
    EXPECT_THAT(pass(socket, minutes(10)), IsEmpty());
}

TEST_F(FollowingTest, what_a_store_that_was_away_kept_is_there_once_it_is_back) {
    options_.stored = stored("before");
    const std::size_t socket = follow();
    world().store(nullptr);
    EXPECT_THAT(pass(socket, minutes(10)), IsEmpty());
    EXPECT_THAT(heard(socket, "before"), ElementsAre("before"));

    world().store_untold(stored("after"));

    EXPECT_THAT(pass(socket, k_longest_pause), ElementsAre(HasSubstr(k_followed)));
    EXPECT_THAT(heard(socket, "before after"), ElementsAre("after"));
}

TEST_F(FollowingTest, it_is_the_newest_state_that_comes_in_the_end) {
    options_.stored = stored("before");
    const std::size_t socket = follow();
    change_while_the_pool_is_full(stored("one"));
    world().advance(seconds(1));
    world().store(stored("two"));
    world().advance(seconds(1));
    world().store_untold(stored("after"));
    world().fill_pool(false);

    EXPECT_THAT(pass(socket, k_longest_pause), SizeIs(1));
    EXPECT_THAT(heard(socket, "before one two after"), ElementsAre("after"));
}

TEST_F(FollowingTest, a_short_lack_of_room_costs_half_a_second) {
    options_.stored = stored("before");
    const std::size_t socket = follow();
    change_while_the_pool_is_full(stored("after"));
    world().fill_pool(false);

    EXPECT_THAT(pass(socket, milliseconds(500)), ElementsAre(HasSubstr(k_followed)));
}

TEST_F(FollowingTest, tries_become_rare_where_the_reason_does_not_pass) {
    options_.stored = stored("before");
    follow();
    change_while_the_pool_is_full(stored("after"));
    std::size_t tries = world().compilings();
    world().advance(milliseconds(200));
    EXPECT_EQ(world().compilings(), tries);
    world().advance(minutes(1));
    EXPECT_GE(world().compilings(), tries + 4);
    EXPECT_LE(world().compilings(), tries + 20);
    tries = world().compilings();

    world().advance(hours(1));

    EXPECT_GE(world().compilings(), tries + 360);
    EXPECT_LE(world().compilings(), tries + 900);
}

TEST_F(FollowingTest, after_a_success_pauses_are_short_again) {
    options_.stored = stored("before");
    const std::size_t socket = follow();
    change_while_the_pool_is_full(stored("one"));
    world().advance(minutes(10));
    world().fill_pool(false);
    EXPECT_THAT(pass(socket, k_longest_pause), SizeIs(1));
    change_while_the_pool_is_full(stored("two"));
    world().fill_pool(false);

    EXPECT_THAT(pass(socket, milliseconds(500)), ElementsAre(HasSubstr(k_followed)));
}

TEST_F(FollowingTest, another_change_is_tried_at_once) {
    options_.stored = stored("before");
    const std::size_t socket = follow();
    change_while_the_pool_is_full(stored("one"));
    world().advance(minutes(10));
    world().fill_pool(false);
    const std::size_t tries = world().compilings();

    world().store(stored("after"));

    EXPECT_THAT(world().take_frames(socket), ElementsAre(HasSubstr(k_followed)));
    EXPECT_THAT(pass(socket, minutes(10)), IsEmpty());
    EXPECT_EQ(world().compilings(), tries + 1);
}

TEST_F(FollowingTest, conversations_that_failed_together_do_not_all_try_again_together) {
    options_.stored = stored("before");
    for (int call = 0; call < 50; ++call) {
        const std::size_t socket = world().connect(std::to_string(call));
        world().send(socket, start("a", std::string(k_following)));
    }
    change_while_the_pool_is_full(stored("after"));
    world().advance(minutes(1));
    const std::size_t tries = world().compilings();
    std::size_t most = 0;
    for (int step = 0; step < 100; ++step) {
        const std::size_t before = world().compilings();
        world().advance(milliseconds(100));
        most = std::max(most, world().compilings() - before);
    }

    EXPECT_GE(world().compilings(), tries + 50);
    EXPECT_LE(most, 10U);
}

// ---- While a try is due ----

TEST_F(FollowingTest, a_change_of_its_own_does_not_wait_for_the_next_try) {
    options_.stored = stored("before");
    const std::size_t socket = follow();
    change_while_the_pool_is_full(stored("after"));
    world().fill_pool(false);

    EXPECT_THAT(say(socket, modify(R"({"remove":["Pricing"]})")), ElementsAre(HasSubstr(R"("cause":"request")")));
    EXPECT_THAT(pass(socket, k_longest_pause), ElementsAre(HasSubstr(k_followed)));
    EXPECT_THAT(heard(socket, "before, after, what is the price"), ElementsAre("after"));
}

TEST_F(FollowingTest, a_try_waits_for_a_change_that_is_being_compiled) {
    options_.stored = stored("before");
    const std::size_t socket = follow();
    change_while_the_pool_is_full(stored("after"));
    world().fill_pool(false);
    world().hold_compiling(true);
    world().send(socket, modify(R"({"remove":["Pricing"]})"));
    EXPECT_THAT(pass(socket, minutes(1)), IsEmpty());
    EXPECT_EQ(world().held_compiling(), 1U);
    world().hold_compiling(false);

    EXPECT_THAT(world().take_frames(socket), ElementsAre(HasSubstr(R"("cause":"request")"), HasSubstr(k_followed)));
}

TEST_F(FollowingTest, a_stop_does_not_wait_for_it) {
    options_.stored = stored("before");
    const std::size_t socket = follow();
    change_while_the_pool_is_full(stored("after"));
    const std::size_t tries = world().compilings();

    EXPECT_THAT(kinds(say(socket, std::string(k_stop))), ElementsAre("conversation_completed", "recognition_stopped"));
    world().advance(minutes(1));
    EXPECT_EQ(world().compilings(), tries);
    EXPECT_EQ(world().conversations(), 0U);
}

TEST_F(FollowingTest, nothing_is_tried_for_a_socket_that_has_stopped_for_now) {
    options_.stored = stored("before");
    const std::size_t socket = join(start("a", R"(,"disconnectOnStopRequest":false)" + std::string(k_following)));
    change_while_the_pool_is_full(stored("after"));
    say(socket, std::string(k_stop));
    const std::size_t tries = world().compilings();
    world().advance(minutes(1));
    EXPECT_EQ(world().compilings(), tries);
    world().fill_pool(false);

    EXPECT_THAT(kinds(say(socket, start("a", std::string(k_following)))),
                ElementsAre("started_listening", "conversation_created", "recognition_started"));
    EXPECT_THAT(heard(socket, "before after"), ElementsAre("after"));
    EXPECT_THAT(pass(socket, minutes(1)), IsEmpty());
}

TEST_F(FollowingTest, nor_for_one_that_is_lost_and_may_come_back) {
    options_.stored = stored("before");
    const std::string patient = R"(,"noConnectionTimeout":600)" + std::string(k_following);
    const std::size_t first = join(start("a", patient));
    change_while_the_pool_is_full(stored("after"));
    world().lose(first);
    const std::size_t tries = world().compilings();
    world().advance(minutes(1));
    EXPECT_EQ(world().compilings(), tries);
    world().fill_pool(false);
    const std::size_t second = join(start("a", patient));

    EXPECT_THAT(heard(second, "before after"), ElementsAre("after"));
    EXPECT_THAT(pass(second, minutes(1)), IsEmpty());
}

// ---- Reasons that last ----

std::string told(base::Errc code) {
    return R"("type":"error","code":")" + std::string(base::code_word(code)) + "\"";
}

TEST_F(FollowingTest, what_is_beyond_a_limit_is_told_once_and_the_old_set_stays) {
    options_.conversation.trackers = 2;  // its own is one of them
    options_.stored = stored("before");
    const std::size_t socket = follow();
    world().store(stored("after", "too much"));

    EXPECT_THAT(
        world().take_frames(socket),
        ElementsAre(AllOf(HasSubstr(told(base::Errc::too_many)), HasSubstr(R"("path":"/config/trackers/follow")"),
                          Not(HasSubstr("requestId")), HasSubstr("over 2 trackers"))));
    EXPECT_THAT(heard(socket, "before, after, too much, what is the price"),
                ElementsAre("what is the price", "before"));
    const std::size_t tries = world().compilings();
    EXPECT_THAT(pass(socket, hours(1)), IsEmpty());
    EXPECT_EQ(world().compilings(), tries);
}

TEST_F(FollowingTest, the_next_change_is_tried_afresh) {
    options_.conversation.trackers = 2;
    options_.stored = stored("before");
    const std::size_t socket = follow();
    for (int i = 0; i < 2; ++i) {
        world().store(stored("after", "too much " + std::to_string(i)));
        EXPECT_THAT(world().take_frames(socket), ElementsAre(HasSubstr(told(base::Errc::too_many))));
    }
    world().store(stored("after"));

    EXPECT_THAT(world().take_frames(socket), ElementsAre(HasSubstr(k_followed)));
    EXPECT_THAT(heard(socket, "before after"), ElementsAre("after"));
}

TEST_F(FollowingTest, a_stored_tracker_that_does_not_compile_is_told_by_its_name) {
    options_.stored = stored("before");
    const std::size_t socket = follow();
    world().store(stored("after", "..."));

    EXPECT_THAT(world().take_frames(socket),
                ElementsAre(AllOf(HasSubstr(told(base::Errc::phrase_without_word)),
                                  HasSubstr(R"("path":"/config/trackers/follow")"), HasSubstr(R"(\"Stored 2\")"))));
    EXPECT_THAT(heard(socket, "before after"), ElementsAre("before"));
    world().store(stored("after"));
    EXPECT_THAT(heard(socket, "before after"), ElementsAre("after"));
}

TEST_F(FollowingTest, a_start_that_wants_such_a_tracker_is_told_its_name_too) {
    options_.stored = stored("...");
    const std::size_t socket = world().connect();

    EXPECT_THAT(say(socket, start("a", std::string(k_all))),
                ElementsAre(AllOf(HasSubstr(told(base::Errc::phrase_without_word)), HasSubstr(R"(\"Stored 1\")"))));
}

TEST_F(FollowingTest, a_conversation_without_room_for_another_list_is_told) {
    options_.conversation.tracker_lists = 1;
    options_.stored = stored();
    join(start("other"));
    const std::size_t socket =
        join(R"({"type":"start_request","speaker":{"userId":"a"})" + std::string(k_following) + "}");
    world().store(stored("after"));

    EXPECT_THAT(world().take_frames(socket), ElementsAre(AllOf(HasSubstr(told(base::Errc::conversation_busy)),
                                                               HasSubstr(R"("path":"/config/trackers/follow")"))));
    EXPECT_THAT(heard(socket, "after, what is the price"), ElementsAre("what is the price"));
}

TEST_F(FollowingTest, only_those_who_follow_are_told) {
    options_.conversation.trackers = 2;
    options_.stored = stored("before");
    const std::vector<std::size_t> following{follow("a"), follow("b")};
    const std::size_t other = join(start("c", std::string(k_all)));
    const std::size_t listener = world().subscribe("call");
    world().take_frames(listener);
    world().store(stored("after", "too much"));

    for (const std::size_t socket : following) {
        EXPECT_THAT(world().take_frames(socket), ElementsAre(HasSubstr(told(base::Errc::too_many))));
    }
    EXPECT_THAT(world().take_frames(other), IsEmpty());
    EXPECT_THAT(world().take_frames(listener), IsEmpty());
}

TEST_F(FollowingTest, a_lasting_reason_behind_a_passing_one_is_told_when_it_is_known) {
    options_.conversation.trackers = 2;
    options_.stored = stored("before");
    const std::size_t socket = follow();
    change_while_the_pool_is_full(stored("after", "too much"));
    EXPECT_THAT(pass(socket, minutes(1)), IsEmpty());
    world().fill_pool(false);

    EXPECT_THAT(pass(socket, k_longest_pause), ElementsAre(HasSubstr(told(base::Errc::too_many))));
    EXPECT_THAT(pass(socket, hours(1)), IsEmpty());
}

// ---- Together with changes of its own ----

TEST_F(FollowingTest, a_change_beside_what_cannot_be_followed_is_judged_by_itself) {
    options_.conversation.trackers = 2;
    options_.stored = stored("before");
    const std::size_t socket = follow();
    world().hold_compiling(true);
    world().send(socket, modify(R"({"remove":["nobody"]})"));
    world().store(stored("after", "more", "too much"));
    world().send(socket, modify(R"({"remove":["Pricing"]})"));
    world().hold_compiling(false);

    EXPECT_THAT(world().take_frames(socket),
                ElementsAre(HasSubstr(told(base::Errc::unknown_tracker)), HasSubstr(told(base::Errc::too_many)),
                            HasSubstr(R"("cause":"request")")))
        << "what the change alone has changed is not told as followed";
    EXPECT_THAT(heard(socket, "before, after, what is the price"), ElementsAre("before"));
}

TEST_F(FollowingTest, a_change_that_a_full_pool_refused_does_not_take_the_followed_ones_with_it) {
    options_.stored = stored("before");
    const std::size_t socket = follow();
    world().hold_compiling(true);
    world().send(socket, modify(R"({"remove":["nobody"]})"));
    world().store(stored("after"));
    world().send(socket, modify(R"({"remove":["Pricing"]})"));
    world().fill_pool(true);
    world().hold_compiling(false);
    EXPECT_THAT(world().take_frames(socket),
                ElementsAre(HasSubstr(told(base::Errc::queue_full)), HasSubstr(told(base::Errc::queue_full))));
    world().fill_pool(false);

    EXPECT_THAT(pass(socket, k_longest_pause), ElementsAre(HasSubstr(k_followed)));
    EXPECT_THAT(heard(socket, "before, after, what is the price"), ElementsAre("what is the price", "after"));
}

TEST_F(FollowingTest, a_change_that_makes_room_is_a_reason_to_try_again) {
    options_.conversation.trackers = 2;
    options_.stored = stored("before");
    const std::size_t socket = follow();
    world().store(stored("after", "more"));
    EXPECT_THAT(world().take_frames(socket), ElementsAre(HasSubstr(told(base::Errc::too_many))));

    EXPECT_THAT(say(socket, modify(R"({"remove":["Pricing"]})")),
                ElementsAre(HasSubstr(R"("cause":"request")"), HasSubstr(k_followed)));
    EXPECT_THAT(heard(socket, "before after more"), ElementsAre("after", "more"));
}

TEST_F(FollowingTest, one_that_makes_too_little_is_none_to_tell_the_same_again) {
    options_.conversation.trackers = 2;
    options_.stored = stored("before");
    const std::size_t socket = follow();
    world().store(stored("after", "more", "too much"));
    EXPECT_THAT(world().take_frames(socket), ElementsAre(HasSubstr(told(base::Errc::too_many))));

    EXPECT_THAT(say(socket, modify(R"({"remove":["Pricing"]})")), ElementsAre(HasSubstr(R"("cause":"request")")));
    world().store(stored("after", "more", "far too much"));
    EXPECT_THAT(world().take_frames(socket), ElementsAre(HasSubstr(told(base::Errc::too_many))));
}

// ---- One tracker in two versions ----

TEST_F(FollowingTest, a_tracker_in_two_versions_is_heard_as_the_first_has_it) {
    options_.stored = stored("before");
    const std::size_t first = join(start("a", std::string(k_all)));
    world().store(stored("after"));
    const std::size_t second = join(start("b", std::string(k_all)));

    EXPECT_THAT(heard(second, "before after"), ElementsAre("before"));
    say(first, modify(R"({"remove":["Stored 1"]})"));
    EXPECT_THAT(heard(second, "before after"), ElementsAre("after"));
}

TEST_F(FollowingTest, if_the_first_follows_the_next_one_s_version_is_heard) {
    options_.stored = stored("before");
    const std::size_t first = follow("a");
    const std::size_t second = join(start("b", std::string(k_all)));
    world().store(stored("after"));

    EXPECT_THAT(heard(first, "before after"), ElementsAre("before"));
    say(second, modify(R"({"remove":["Stored 1"]})"));
    EXPECT_THAT(heard(first, "before after"), ElementsAre("after"));
}

TEST_F(FollowingTest, the_version_of_one_who_is_gone_for_good_stays) {
    options_.stored = stored("before");
    const std::size_t first = join(start("a", std::string(k_all)));
    world().store(stored("after"));
    const std::size_t second = join(start("b", std::string(k_all)));
    world().send(first, k_stop);
    world().take_frames(second);

    EXPECT_THAT(heard(second, "before after"), ElementsAre("before"));
}

TEST_F(FollowingTest, if_all_follow_the_new_version_is_heard) {
    options_.stored = stored("before");
    const std::size_t first = follow("a");
    follow("b");
    world().store(stored("after"));
    world().take_frames(first);

    EXPECT_THAT(heard(first, "before after"), ElementsAre("after"));
}

}  // namespace
}  // namespace earshot::session
