#include "conversation_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace earshot::session {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class ConversationMachineTest : public ConversationFixture {
protected:
    void set_scorer() {
        options_.scorer.semantic = proto::TierStatus::ready;
        options_.scorer.default_threshold = 0.5;
    }

    detect::Verdict verdict(double score = 0.9) {
        detect::Verdict one;
        one.score = score;
        one.last_word = 1;
        return one;
    }
};

// ---- Limits, on both sides ----

TEST_F(ConversationMachineTest, publishers_up_to_their_number) {
    options_.conversation.publishers = 2;
    join(start("a"));
    const std::size_t last = world().connect();
    EXPECT_THAT(kinds(say(last, start("b"))),
                ElementsAre("started_listening", "conversation_created", "recognition_started"));

    const std::size_t beyond = world().connect();
    EXPECT_THAT(say(beyond, start("c")), ElementsAre(HasSubstr("conversation_busy")));
    EXPECT_TRUE(world().is_closed(beyond));
    EXPECT_FALSE(world().is_closed(last));
}

TEST_F(ConversationMachineTest, returning_speaker_needs_no_room) {
    options_.conversation.publishers = 1;
    const std::size_t first = join(start("a"));
    const std::size_t second = world().connect();

    EXPECT_THAT(say(second, start("a")), SizeIs(3));
    EXPECT_TRUE(world().is_closed(first));
}

TEST_F(ConversationMachineTest, speakers_up_to_their_number) {
    options_.conversation.speakers = 2;
    const std::size_t socket = join(start("a"));
    EXPECT_THAT(kinds(say(socket, chunk("one"))), ElementsAre("message_response"));
    EXPECT_THAT(kinds(say(socket, chunk("two", R"(,"speaker":{"name":"B"})"))), ElementsAre("message_response"));

    EXPECT_THAT(say(socket, chunk("three", R"(,"speaker":{"name":"C"})")), ElementsAre(HasSubstr("too_many")));
    EXPECT_THAT(kinds(say(socket, chunk("four"))), ElementsAre("message_response"));
}

TEST_F(ConversationMachineTest, open_utterances_up_to_their_number) {
    options_.conversation.open_utterances = 2;
    const std::size_t socket = join(start("a"));
    for (const char* id : {"1", "2", "1"}) {
        EXPECT_THAT(say(socket, chunk("x", R"(,"isFinal":false,"utteranceId":")" + std::string(id) + "\"")), IsEmpty());
    }

    EXPECT_THAT(say(socket, chunk("x", R"(,"isFinal":false,"utteranceId":"3")")), ElementsAre(HasSubstr("too_many")));
    EXPECT_THAT(kinds(say(socket, chunk("x", R"(,"utteranceId":"1")"))), ElementsAre("message_response"));
    EXPECT_THAT(say(socket, chunk("x", R"(,"isFinal":false,"utteranceId":"3")")), IsEmpty());
}

TEST_F(ConversationMachineTest, utterance_is_cut_beyond_its_bytes) {
    options_.conversation.utterance_bytes = 7;
    const std::size_t socket = join(start("a"));

    EXPECT_THAT(say(socket, chunk("one two", std::string(k_open))), IsEmpty());
    EXPECT_THAT(say(socket, chunk("x", std::string(k_open))), ElementsAre(HasSubstr(R"("content":"one two")")));
}

TEST_F(ConversationMachineTest, pause_ends_an_utterance_at_its_time) {
    const std::size_t socket = join(start("a", R"(,"config":{"pauseSeconds":3})"));
    say(socket, chunk("one", std::string(k_open)));
    EXPECT_THAT(pass(socket, seconds(3) - milliseconds(1)), IsEmpty());

    EXPECT_THAT(kinds(pass(socket, milliseconds(1))), ElementsAre("message_response"));
}

TEST_F(ConversationMachineTest, any_chunk_of_the_speaker_holds_its_utterances_open) {
    const std::size_t socket = join(start("a"));
    say(socket, chunk("one", std::string(k_open)));
    pass(socket, milliseconds(1500));
    say(socket, chunk("two", R"(,"utteranceId":"u","isFinal":false)"));
    EXPECT_THAT(pass(socket, milliseconds(1999)), IsEmpty());

    EXPECT_THAT(pass(socket, milliseconds(1)), ElementsAre(HasSubstr(R"("content":"one")")));
    EXPECT_THAT(pass(socket, seconds(600)), IsEmpty()) << "a hypothesis is open";
}

TEST_F(ConversationMachineTest, empty_hypothesis_holds_nothing_open) {
    const std::size_t socket = join(start("a"));
    say(socket, chunk("one", std::string(k_open)));
    say(socket, chunk(" ", R"(,"isFinal":false)"));

    EXPECT_THAT(kinds(pass(socket, seconds(2))), ElementsAre("message_response"));
}

TEST_F(ConversationMachineTest, utterance_lives_for_sixty_seconds) {
    const std::size_t socket = join(start("a"));
    for (int second = 0; second < 60; ++second) {
        EXPECT_THAT(say(socket, chunk("x", std::string(k_open))), IsEmpty()) << second;
        if (second < 59) pass(socket, seconds(1));
    }
    EXPECT_THAT(pass(socket, milliseconds(999)), IsEmpty());

    EXPECT_THAT(kinds(pass(socket, milliseconds(1))), ElementsAre("message_response"));
}

// ---- Coming, going and coming back ----

TEST_F(ConversationMachineTest, lost_speaker_keeps_its_place_for_its_time) {
    const std::string patient = R"(,"noConnectionTimeout":30,"config":{"trackers":{"phraseGapSeconds":60}})";
    const std::size_t other = join(start("b", patient));
    for (const auto& [away, is_back] :
         {std::pair(milliseconds(29'999), true), std::pair(milliseconds(30'000), false)}) {
        const std::size_t first = join(start("a", patient));
        say(first, chunk("what is", R"(,"isFinal":false)"));
        world().lose(first);
        world().take_frames(other);
        pass(other, away);
        const std::size_t second = join(start("a", patient));
        const Frames frames = say(second, chunk("the price"));

        EXPECT_EQ(frames.size() == 1 && frames[0].find("the price") != std::string::npos, is_back)
            << "back in time: the open utterance goes on; too late: it has ended with its hypothesis";
        world().send(second, k_stop);
    }
}

TEST_F(ConversationMachineTest, speaker_lost_while_its_trackers_compile_may_come_back) {
    const std::size_t first = world().connect();
    world().hold_compiling(true);
    world().send(first, start("a", R"(,"noConnectionTimeout":30)"));
    world().lose(first);
    EXPECT_EQ(world().conversations(), 1U);
    world().hold_compiling(false);
    const std::size_t second = world().connect();

    EXPECT_THAT(say(second, start("a")), SizeIs(3));
}

TEST_F(ConversationMachineTest, failed_start_of_a_returning_speaker_leaves_its_session_as_it_was) {
    const std::size_t other = join(start("b"));
    const std::size_t first = join(start("a"));
    say(first, chunk("what is the price", R"(,"isFinal":false)"));
    world().take_frames(other);
    const std::size_t second = world().connect();
    world().send(second,
                 R"({"type":"start_request","speaker":{"userId":"a"},"trackers":[{"name":"X","vocabulary":["?"]}]})");

    EXPECT_TRUE(world().is_closed(second));
    EXPECT_FALSE(world().is_closed(first));
    EXPECT_THAT(kinds(world().take_frames(other)), IsEmpty());
    say(first, chunk("what is the price"));
    EXPECT_THAT(kinds(world().take_frames(other)), ElementsAre("message_response", "tracker_response"));
}

TEST_F(ConversationMachineTest, a_returning_speaker_is_waited_for_while_its_start_is_compiled) {
    const std::size_t other = join(start("b"));
    const std::size_t first = join(start("a", R"(,"noConnectionTimeout":10)"));
    say(first, chunk("what is the price", R"(,"isFinal":false)"));
    world().take_frames(other);
    world().lose(first);
    world().advance(std::chrono::seconds(9));
    world().hold_compiling(true);
    const std::size_t second = world().connect();
    world().send(second, start("a"));
    world().advance(std::chrono::seconds(5));
    EXPECT_THAT(kinds(world().take_frames(other)), IsEmpty());
    world().release_compiling(0);

    EXPECT_THAT(kinds(world().take_frames(second)), testing::Contains("recognition_started"));
    say(second, chunk("what is the price"));
    EXPECT_THAT(kinds(world().take_frames(other)), ElementsAre("message_response", "tracker_response"));
}

TEST_F(ConversationMachineTest, conversation_is_over_when_the_last_has_gone) {
    const std::size_t first = join(start("a"));
    const std::size_t second = join(start("b"));
    world().lose(first);
    EXPECT_EQ(world().conversations(), 1U);
    world().send(second, k_stop);

    EXPECT_EQ(world().conversations(), 0U);
}

TEST_F(ConversationMachineTest, two_sockets_without_names_are_two_speakers) {
    const std::string nobody = R"({"type":"start_request",)" + std::string(k_trackers) + "}";
    const std::size_t first = join(nobody);
    const std::size_t second = join(nobody);
    say(first, chunk("what is"));

    EXPECT_THAT(kinds(say(second, chunk("the price"))), Not(testing::Contains("tracker_response")));
    EXPECT_THAT(kinds(say(first, chunk("the price"))), testing::Contains("tracker_response"));
}

TEST_F(ConversationMachineTest, repeated_seq_is_ignored_across_sockets) {
    const std::size_t first = join(start("a", R"(,"noConnectionTimeout":30)"));
    say(first, chunk("one", R"(,"seq":5)"));
    world().lose(first);
    const std::size_t second = world().connect();
    EXPECT_THAT(say(second, start("a")).back(), HasSubstr(R"("lastSeq":5)"));
    EXPECT_THAT(say(second, chunk("again", R"(,"seq":5)")), IsEmpty());

    EXPECT_THAT(kinds(say(second, chunk("two", R"(,"seq":6)"))), ElementsAre("message_response"));
}

// ---- Trackers that come later ----

TEST_F(ConversationMachineTest, later_trackers_hear_only_later_utterances) {
    const std::size_t first = join(R"({"type":"start_request","speaker":{"userId":"a"}})");
    say(first, chunk("what is", R"(,"utteranceId":"old","endOfUtterance":false)"));
    const std::size_t second = join(start("b"));

    EXPECT_THAT(kinds(say(first, chunk("the price", R"(,"utteranceId":"old")"))), ElementsAre("message_response"));
    EXPECT_THAT(kinds(say(first, chunk("what is the price"))), ElementsAre("message_response", "tracker_response"));
    world().take_frames(second);
}

TEST_F(ConversationMachineTest, trackers_of_a_replaced_socket_are_replaced) {
    join(start("a"));
    const std::size_t second = join(
        R"({"type":"start_request","speaker":{"userId":"a"},"trackers":[{"name":"Bye","vocabulary":["good bye"]}]})");

    EXPECT_THAT(kinds(say(second, chunk("what is the price"))), ElementsAre("message_response"));
    EXPECT_THAT(kinds(say(second, chunk("good bye"))), ElementsAre("message_response", "tracker_response"));
}

TEST_F(ConversationMachineTest, trackers_of_a_socket_that_has_gone_stay) {
    const std::size_t first = join(start("a"));
    const std::size_t second = join(R"({"type":"start_request","speaker":{"userId":"b"}})");
    world().send(first, k_stop);

    EXPECT_THAT(kinds(say(second, chunk("what is the price"))), testing::Contains("tracker_response"));
}

TEST_F(ConversationMachineTest, open_hit_of_withdrawn_trackers_is_taken_back_at_once) {
    const std::string cooled =
        R"({"type":"start_request","speaker":{"userId":"a"},"config":{"trackers":{"revisions":true}},)"
        R"("trackers":[{"name":"P","vocabulary":["price"],"cooldownSeconds":5}]})";
    const std::size_t listener =
        join(R"({"type":"start_request","speaker":{"userId":"b"},"config":{"trackers":{"revisions":true}}})");
    const std::size_t first = join(cooled);
    EXPECT_THAT(say(first, chunk("price", R"(,"isFinal":false)")), ElementsAre(HasSubstr("created")));
    world().take_frames(listener);
    const std::size_t second = join(R"({"type":"start_request","speaker":{"userId":"a"},)"
                                    R"("config":{"trackers":{"revisions":true}}})");

    EXPECT_THAT(world().take_frames(listener), ElementsAre(HasSubstr("retracted")));
    EXPECT_THAT(say(second, chunk("price")), ElementsAre(HasSubstr("message_response")));
}

// ---- Verdicts ----

TEST_F(ConversationMachineTest, verdict_is_told_behind_the_messages) {
    set_scorer();
    const std::size_t socket = join(start("a"));
    EXPECT_THAT(kinds(say(socket, chunk("how expensive"))), ElementsAre("message_response"));
    ASSERT_THAT(world().scores(), SizeIs(1));
    EXPECT_EQ(world().scores()[0].text, "how expensive");
    world().score(world().scores()[0].ticket, {verdict()});

    EXPECT_THAT(world().take_frames(socket), ElementsAre(HasSubstr(R"("tier":"semantic","score":0.9)")));
}

TEST_F(ConversationMachineTest, verdicts_are_told_in_the_order_of_the_utterances) {
    set_scorer();
    const std::size_t socket = join(start("a"));
    say(socket, chunk("first words"));
    say(socket, chunk("second words"));
    world().score(world().scores()[1].ticket, {verdict()});
    EXPECT_THAT(world().take_frames(socket), IsEmpty());
    world().score(world().scores()[0].ticket, {verdict()});

    EXPECT_THAT(world().take_frames(socket), ElementsAre(HasSubstr("first words"), HasSubstr("second words")));
}

TEST_F(ConversationMachineTest, verdict_counts_once_in_its_time_and_under_its_ticket) {
    set_scorer();
    const std::size_t socket = join(start("a"));
    say(socket, chunk("how expensive"));
    const std::uint64_t ticket = world().scores()[0].ticket;
    world().score(ticket + 1, {verdict()});
    EXPECT_THAT(world().take_frames(socket), IsEmpty());
    world().score(ticket, {});
    world().score(ticket, {verdict()});
    EXPECT_THAT(world().take_frames(socket), IsEmpty());

    say(socket, chunk("how expensive"));
    pass(socket, seconds(2));
    world().score(world().scores()[1].ticket, {verdict()});
    EXPECT_THAT(world().take_frames(socket), IsEmpty());
}

TEST_F(ConversationMachineTest, verdict_on_a_kept_tracker_outlasts_a_change_of_the_list) {
    set_scorer();
    const std::size_t socket = join(start("a"));
    say(socket, chunk("how expensive"));
    say(socket, R"({"type":"modify_request","trackers":{"replace":[{"name":"New","vocabulary":["hello"]},)"
                R"({"name":"Pricing","vocabulary":["what is the price"]}]}})");
    world().score(world().scores()[0].ticket, {verdict()});

    EXPECT_THAT(world().take_frames(socket), ElementsAre(HasSubstr(R"("name":"Pricing")")));
}

TEST_F(ConversationMachineTest, verdict_on_a_tracker_that_is_gone_or_came_anew_is_no_hit) {
    set_scorer();
    const std::size_t socket = join(start("a"));
    say(socket, chunk("how expensive"));
    say(socket, chunk("how expensive"));
    say(socket,
        R"({"type":"modify_request","trackers":{"replace":[{"name":"New","vocabulary":["what is the price"]}]}})");
    world().score(world().scores()[0].ticket, {verdict()});
    EXPECT_THAT(world().take_frames(socket), IsEmpty());
    say(socket,
        R"({"type":"modify_request","trackers":{"replace":[{"name":"Pricing","vocabulary":["what is the price"]}]}})");
    world().score(world().scores()[1].ticket, {verdict()});

    EXPECT_THAT(world().take_frames(socket), IsEmpty());
}

TEST_F(ConversationMachineTest, verdict_below_the_threshold_is_no_hit) {
    set_scorer();
    const std::size_t socket = join(start("a", R"(,"config":{"trackers":{"threshold":0.75}})"));
    say(socket, chunk("how expensive"));
    world().score(world().scores()[0].ticket, {verdict(0.74)});
    EXPECT_THAT(world().take_frames(socket), IsEmpty());
    say(socket, chunk("how expensive"));
    world().score(world().scores()[1].ticket, {verdict(0.75)});

    EXPECT_THAT(world().take_frames(socket), SizeIs(1));
}

TEST_F(ConversationMachineTest, broken_verdicts_are_no_hits) {
    set_scorer();
    const std::size_t socket = join(start("a"));
    say(socket, chunk("how expensive"));
    std::vector<detect::Verdict> broken(7, verdict());
    broken[0].list = 7;
    broken[1].tracker = 7;
    broken[2].phrase = 7;
    broken[3].last_word = 2;
    broken[4].first_word = 2;
    broken[5].tier = detect::Tier::exact;
    broken[6].score = std::numeric_limits<double>::quiet_NaN();
    world().score(world().scores()[0].ticket, broken);

    EXPECT_THAT(world().take_frames(socket), IsEmpty());
}

TEST_F(ConversationMachineTest, completion_waits_for_verdicts_and_tells_which_did_not_come) {
    set_scorer();
    const std::size_t socket = join(start("a"));
    say(socket, chunk("one"));
    EXPECT_THAT(say(socket, std::string(k_stop)), IsEmpty());
    EXPECT_THAT(pass(socket, milliseconds(1999)), IsEmpty());
    const Frames frames = pass(socket, milliseconds(1));

    EXPECT_THAT(kinds(frames), ElementsAre("conversation_completed", "recognition_stopped"));
    EXPECT_THAT(frames[0], HasSubstr(R"("notEvaluated":[{"tier":"semantic","reason":"timeout","windows":1}])"));
}

TEST_F(ConversationMachineTest, unanswered_tiers_are_told_by_their_names) {
    options_.scorer.fuzzy = proto::TierStatus::ready;
    const std::size_t socket = join(start("a"));
    say(socket, chunk("one"));
    say(socket, std::string(k_stop));

    EXPECT_THAT(pass(socket, seconds(2))[0],
                HasSubstr(R"("notEvaluated":[{"tier":"fuzzy","reason":"timeout","windows":1}])"));
}

TEST_F(ConversationMachineTest, answer_to_a_change_tells_that_the_trackers_are_prepared_again) {
    set_scorer();
    const std::size_t socket = join(start("a"));

    EXPECT_THAT(say(socket, R"({"type":"modify_request","trackers":{"add":[{"name":"A","vocabulary":["b"]}]}})"),
                ElementsAre(HasSubstr(R"("tiers":{"exact":"ready")")));
    EXPECT_THAT(say(socket, R"({"type":"modify_request","trackers":{"remove":["A"]}})"),
                ElementsAre(HasSubstr(R"("semantic":"preparing"})")));
    EXPECT_THAT(say(socket, R"({"type":"modify_request","trackers":{"replace":[]}})"),
                ElementsAre(HasSubstr(R"("semantic":"ready"})")))
        << "there is nothing to prepare";
}

TEST_F(ConversationMachineTest, absent_scorer_is_not_asked) {
    const std::size_t socket = join(start("a"));
    say(socket, chunk("one"));

    EXPECT_THAT(world().scores(), IsEmpty());
    EXPECT_THAT(kinds(say(socket, std::string(k_stop))), ElementsAre("conversation_completed", "recognition_stopped"));
}

// ---- Shutting down ----

TEST_F(ConversationMachineTest, shutdown_completes_what_every_socket_has_said) {
    const std::size_t active = join(start("a"));
    const std::size_t paused = join(start("b", R"(,"disconnectOnStopRequest":false)"));
    say(paused, std::string(k_stop));
    const std::size_t resumable = join(start("c", R"(,"disconnectOnStopRequest":false)"));
    const std::size_t idle = world().connect();
    say(active, chunk("what is the price", R"(,"isFinal":false)"));
    world().take_frames(resumable);

    world().shut_down();
    world().advance(seconds(1));

    EXPECT_THAT(kinds(world().take_frames(active)),
                ElementsAre("message_response", "tracker_response", "conversation_completed", "recognition_stopped"));
    for (const std::size_t socket : {active, paused, resumable, idle}) EXPECT_TRUE(world().is_closed(socket)) << socket;
    EXPECT_EQ(world().conversations(), 0U);
}

}  // namespace
}  // namespace earshot::session
