#include "earshot/session/socket_machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
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

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Names = std::vector<std::string>;

constexpr std::string_view k_start = R"({"type":"start_request","config":{"trackers":{"interimResults":true}}})";
constexpr std::string_view k_stop = R"({"type":"stop_request"})";
constexpr std::string_view k_chunk = R"({"type":"transcript","text":"hello"})";
constexpr std::string_view k_two_speakers = R"({"type":"Results","channel":{"alternatives":[{"transcript":"good fine",)"
                                            R"("words":[{"word":"good","speaker":0},{"word":"fine","speaker":1}]}]}})";
constexpr std::string_view k_modify = R"({"type":"modify_request"})";

// A machine with names for what it asks for, and a client that reads or does not.
class SocketMachineTest : public testing::Test {
protected:
    void text(std::string_view message) { machine().on_text(message, message.size(), now_); }

    Names actions() {
        std::vector<SocketAction> taken;
        machine().take_actions(taken);
        Names names;
        for (const SocketAction& action : taken) {
            constexpr const char* known[] = {"join",  "speak", "modify",    "stop",
                                             "leave", "close", "subscribe", "refresh"};
            names.emplace_back(known[action.index()]);
            if (const auto* close = std::get_if<Close>(&action)) names.back() += " " + std::to_string(close->code);
            if (const auto* close = std::get_if<Close>(&action); close && close->now) names.back() += " now";
        }
        return names;
    }

    // What the client has read since the last call.
    Names frames() {
        Names read;
        Outbox& outbox = machine().outbox();
        while (const Frame frame = outbox.take_next()) {
            read.push_back(*frame);
            outbox.written();
        }
        return read;
    }

    void tell(const std::string& frame) { machine().on_tell({1, std::make_shared<const std::string>(frame)}, now_); }

    void broadcast(const std::string& plain, const std::string& revised, Importance importance,
                   bool is_caption = false) {
        Broadcast one;
        if (!plain.empty()) one.plain = std::make_shared<const std::string>(plain);
        if (!revised.empty()) one.revised = std::make_shared<const std::string>(revised);
        one.importance = importance;
        one.is_caption = is_caption;
        one.is_interim = importance == Importance::passing && !is_caption;
        machine().on_broadcast(one, now_);
    }

    void begin(std::string_view start = k_start) {
        text(start);
        machine().on_started(now_);
        actions();
        frames();
    }

    void pass(base::Duration time) {
        now_ += time;
        machine().on_time(now_);
    }

    SocketMachine& machine() {
        if (!machine_) machine_ = std::make_unique<SocketMachine>(limits_, codec_, now_);
        return *machine_;
    }

    SocketLimits limits_;
    proto::ClientCodec codec_{proto::MessageLimits{}};
    base::MonotonicTime now_{std::chrono::hours(1)};

private:
    std::unique_ptr<SocketMachine> machine_;
};

// ---- States ----

TEST_F(SocketMachineTest, session_from_start_to_close) {
    text(k_start);
    EXPECT_THAT(actions(), ElementsAre("join"));
    EXPECT_TRUE(machine().is_in_conversation());
    machine().on_started(now_);
    text(k_chunk);
    text(k_modify);
    text(k_stop);
    EXPECT_THAT(actions(), ElementsAre("speak", "modify", "stop"));
    machine().on_ended(Ended::Why::completed, now_);
    EXPECT_FALSE(machine().is_in_conversation());
    EXPECT_FALSE(machine().is_closed());
    pass(seconds(1));

    EXPECT_THAT(actions(), ElementsAre("close 1000"));
    EXPECT_THAT(frames(), IsEmpty());
    EXPECT_TRUE(machine().is_closed());
    EXPECT_EQ(machine().deadline(), std::nullopt);
}

TEST_F(SocketMachineTest, what_comes_behind_a_start_waits_for_it) {
    text(k_start);
    text(k_chunk);
    text(k_stop);
    EXPECT_THAT(actions(), ElementsAre("join"));

    machine().on_started(now_);

    EXPECT_THAT(actions(), ElementsAre("speak", "stop"));
}

TEST_F(SocketMachineTest, chunk_that_waited_is_its_own) {
    text(k_start);
    text(k_chunk);
    machine().on_started(now_);
    text(R"({"type":"transcript","text":"something else"})");
    std::vector<SocketAction> taken;
    machine().take_actions(taken);

    ASSERT_EQ(taken.size(), 3U);
    EXPECT_EQ(std::get<Speak>(taken[1]).chunk->text, "hello");
}

TEST_F(SocketMachineTest, event_says_as_many_chunks_as_it_holds) {
    begin();
    text(R"({"type":"Metadata"})");
    EXPECT_THAT(actions(), IsEmpty());
    text(k_two_speakers);
    std::vector<SocketAction> taken;
    machine().take_actions(taken);

    ASSERT_EQ(taken.size(), 2U);
    EXPECT_EQ(std::get<Speak>(taken[0]).chunk->speaker->user_id, "speaker-0");
    EXPECT_EQ(std::get<Speak>(taken[1]).chunk->speaker->user_id, "speaker-1");
    EXPECT_EQ(std::get<Speak>(taken[1]).owned, nullptr);
}

TEST_F(SocketMachineTest, chunks_of_an_event_that_waited_are_its_own) {
    text(k_start);
    text(k_two_speakers);
    text(k_chunk);
    machine().on_started(now_);
    std::vector<SocketAction> taken;
    machine().take_actions(taken);

    ASSERT_EQ(taken.size(), 4U);
    EXPECT_EQ(std::get<Speak>(taken[2]).chunk->text, "fine");
}

TEST_F(SocketMachineTest, each_start_chooses_its_format) {
    text(R"({"text":"too early"})");
    EXPECT_THAT(frames(), ElementsAre(HasSubstr("\"not_started\"")));
    begin(R"({"type":"start_request","config":{"transcriptFormat":"deepgram"},"disconnectOnStopRequest":false})");
    text(R"({"text":"so"})");
    EXPECT_THAT(frames(), ElementsAre(HasSubstr("comes from vosk, but config.transcriptFormat is deepgram")));
    text(k_stop);
    machine().on_ended(Ended::Why::paused, now_);
    begin(R"({"type":"start_request"})");
    text(R"({"text":"so"})");

    EXPECT_THAT(actions(), ElementsAre("speak"));
}

TEST_F(SocketMachineTest, start_that_is_only_repeated_leaves_the_format) {
    begin(R"({"type":"start_request","config":{"transcriptFormat":"native"}})");
    text(k_start);
    actions();
    text(R"({"text":"so"})");

    EXPECT_THAT(frames(), ElementsAre(HasSubstr("config.transcriptFormat is native")));
}

TEST_F(SocketMachineTest, event_that_is_too_long_is_as_if_never_sent) {
    begin();
    text(R"({"partial":"so"})");
    actions();
    text(R"({"text":"","unknown":")" + std::string(limits_.text_frame_bytes, 'x') + "\"}");
    EXPECT_THAT(frames(), ElementsAre(HasSubstr("frame_too_large")));
    text(R"({"text":""})");

    EXPECT_THAT(actions(), ElementsAre("speak"));
}

TEST_F(SocketMachineTest, ping_waits_for_nothing) {
    text(k_start);
    text("__PING__");

    EXPECT_THAT(frames(), ElementsAre("__PONG__"));
}

TEST_F(SocketMachineTest, start_behind_a_stop_waits_for_the_stop) {
    begin();
    text(k_stop);
    text(k_start);
    EXPECT_THAT(actions(), ElementsAre("stop"));

    machine().on_ended(Ended::Why::completed, now_);

    EXPECT_THAT(actions(), ElementsAre("join"));
    EXPECT_TRUE(machine().is_in_conversation());
}

TEST_F(SocketMachineTest, paused_socket_may_start_again_or_stop_for_good) {
    begin();
    text(k_stop);
    machine().on_ended(Ended::Why::paused, now_);
    text(k_start);
    EXPECT_THAT(actions(), ElementsAre("stop", "join"));
    machine().on_started(now_);
    text(k_stop);
    machine().on_ended(Ended::Why::paused, now_);
    text(k_stop);

    EXPECT_THAT(actions(), ElementsAre("stop", "stop"));
}

TEST_F(SocketMachineTest, failed_or_replaced_socket_is_closed_and_says_no_more) {
    for (const Ended::Why why : {Ended::Why::failed, Ended::Why::replaced}) {
        SocketMachine machine(limits_, codec_, now_);
        machine.on_text(k_start, k_start.size(), now_);
        machine.on_text(k_chunk, k_chunk.size(), now_);
        std::vector<SocketAction> taken;
        machine.take_actions(taken);

        machine.on_ended(why, now_);

        machine.take_actions(taken);
        ASSERT_EQ(taken.size(), 1U);
        EXPECT_EQ(std::get<Close>(taken[0]).code, 1000);
        EXPECT_TRUE(machine.outbox().empty());
    }
}

TEST_F(SocketMachineTest, gone_socket_leaves_once) {
    begin();
    machine().on_gone();
    machine().on_gone();

    EXPECT_THAT(actions(), ElementsAre("leave"));
    EXPECT_TRUE(machine().is_closed());
}

TEST_F(SocketMachineTest, wrong_start_closes_an_idle_socket) {
    text(R"({"type":"start_request","requestId":"s1","trackers":7})");

    EXPECT_THAT(actions(), ElementsAre("close 1000"));
    EXPECT_THAT(frames(), ElementsAre(HasSubstr(R"("requestId":"s1")")));
}

TEST_F(SocketMachineTest, wrong_start_on_a_started_session_is_only_an_error) {
    begin();
    text(R"({"type":"start_request","trackers":7})");
    text(k_chunk);

    EXPECT_THAT(actions(), ElementsAre("speak"));
    EXPECT_THAT(frames(), ElementsAre(HasSubstr("wrong_type")));
}

TEST_F(SocketMachineTest, wrong_start_on_a_paused_socket_leaves_and_closes) {
    begin();
    text(k_stop);
    machine().on_ended(Ended::Why::paused, now_);
    actions();
    text(R"({"type":"start_request","trackers":7})");

    EXPECT_THAT(actions(), ElementsAre("leave", "close 1000"));
}

// ---- What its client is told ----

TEST_F(SocketMachineTest, listener_gets_the_form_that_it_wants) {
    begin(R"({"type":"start_request"})");
    broadcast("final", "final with state", Importance::required);
    broadcast("interim", "interim with state", Importance::passing);
    broadcast("", "retraction", Importance::required);
    broadcast("caption", "caption", Importance::passing, true);

    EXPECT_THAT(frames(), ElementsAre("final"));
}

TEST_F(SocketMachineTest, listener_of_interims_gets_them_without_state) {
    begin();
    broadcast("final", "final with state", Importance::required);
    broadcast("interim", "interim with state", Importance::passing);
    broadcast("", "retraction", Importance::required);

    EXPECT_THAT(frames(), ElementsAre("final", "interim"));
}

TEST_F(SocketMachineTest, listener_of_revisions_gets_all) {
    begin(R"({"type":"start_request","config":{"trackers":{"revisions":true},"echoTranscript":true}})");
    broadcast("final", "final with state", Importance::required);
    broadcast("interim", "interim with state", Importance::passing);
    broadcast("", "retraction", Importance::required);
    broadcast("caption", "caption", Importance::passing, true);

    EXPECT_THAT(frames(), ElementsAre("final with state", "interim with state", "retraction", "caption"));
}

TEST_F(SocketMachineTest, who_has_not_started_is_told_nothing) {
    broadcast("final", "final", Importance::required);
    text(k_start);
    broadcast("final", "final", Importance::required);

    EXPECT_THAT(frames(), IsEmpty());
}

TEST_F(SocketMachineTest, error_names_no_request_of_another_socket) {
    begin();
    SocketMachine other(limits_, codec_, now_);
    constexpr std::string_view named = R"({"type":"start_request","requestId":"of another"})";
    other.on_text(named, named.size(), now_);

    machine().on_binary(100, now_);

    EXPECT_THAT(frames(), ElementsAre(testing::Not(HasSubstr("of another"))));
}

TEST_F(SocketMachineTest, audio_is_refused_once_and_only_behind_a_start) {
    machine().on_binary(100, now_);
    EXPECT_THAT(frames(), IsEmpty());
    begin();
    machine().on_binary(100, now_);
    machine().on_binary(100, now_);

    EXPECT_THAT(frames(), ElementsAre(HasSubstr("no_recognizer")));
}

// ---- Limits, on both sides ----

TEST_F(SocketMachineTest, text_frame_up_to_its_limit) {
    limits_.text_frame_bytes = k_chunk.size();
    begin();
    text(k_chunk);
    EXPECT_THAT(actions(), ElementsAre("speak"));
    text(std::string(k_chunk) + " ");

    EXPECT_THAT(actions(), IsEmpty());
    EXPECT_THAT(frames(), ElementsAre(HasSubstr("frame_too_large")));
    EXPECT_EQ(machine().counters().limit_hits, 1U);
}

TEST_F(SocketMachineTest, start_frame_up_to_its_own_limit) {
    limits_.text_frame_bytes = 10;
    limits_.start_frame_bytes = k_start.size();
    text(k_start);
    EXPECT_THAT(actions(), ElementsAre("join"));

    SocketMachine other(limits_, codec_, now_);
    const std::string longer = std::string(k_start) + " ";
    other.on_text(longer, longer.size(), now_);
    std::vector<SocketAction> taken;
    other.take_actions(taken);

    ASSERT_EQ(taken.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<Close>(taken[0]));
}

TEST_F(SocketMachineTest, modify_frame_has_the_limit_of_a_start) {
    limits_.text_frame_bytes = k_modify.size() - 1;
    limits_.start_frame_bytes = k_start.size();
    begin();
    text(k_modify);

    EXPECT_THAT(actions(), ElementsAre("modify"));
}

TEST_F(SocketMachineTest, waiting_frames_up_to_their_number) {
    limits_.waiting_frames = 2;
    text(k_start);
    text(k_chunk);
    text(k_chunk);
    EXPECT_THAT(frames(), IsEmpty());
    text(k_chunk);
    EXPECT_THAT(frames(), ElementsAre(HasSubstr("queue_full")));

    machine().on_started(now_);
    EXPECT_THAT(actions(), ElementsAre("join", "speak", "speak"));
}

TEST_F(SocketMachineTest, waiting_frames_up_to_their_bytes) {
    limits_.waiting_bytes = 2 * k_chunk.size();
    text(k_start);
    text(k_chunk);
    text(k_chunk);
    EXPECT_THAT(frames(), IsEmpty());
    text(" ");

    EXPECT_THAT(frames(), ElementsAre(HasSubstr("queue_full")));
}

TEST_F(SocketMachineTest, waiting_room_is_free_again_once_it_is_empty) {
    limits_.waiting_bytes = k_chunk.size();
    for (int i = 0; i < 3; ++i) {
        text(k_start);
        text(k_chunk);
        machine().on_started(now_);
        text(k_stop);
        machine().on_ended(Ended::Why::paused, now_);
    }

    EXPECT_THAT(frames(), IsEmpty());
}

TEST_F(SocketMachineTest, idle_socket_lives_for_half_an_hour) {
    EXPECT_THAT(actions(), IsEmpty());
    pass(std::chrono::minutes(30) - milliseconds(1));
    EXPECT_THAT(actions(), IsEmpty());
    pass(milliseconds(1));

    EXPECT_THAT(actions(), ElementsAre("close 1000"));
}

TEST_F(SocketMachineTest, stopped_socket_lingers_for_a_second) {
    begin();
    text(k_stop);
    machine().on_ended(Ended::Why::completed, now_);
    actions();
    pass(milliseconds(999));
    EXPECT_THAT(actions(), IsEmpty());
    pass(milliseconds(1));

    EXPECT_THAT(actions(), ElementsAre("close 1000"));
}

TEST_F(SocketMachineTest, started_socket_has_no_deadline) {
    begin();

    EXPECT_EQ(machine().deadline(), std::nullopt);
}

TEST_F(SocketMachineTest, a_start_that_crosses_the_end_of_what_was_paused_begins_anew) {
    begin();
    text(k_stop);
    machine().on_ended(Ended::Why::paused, now_);
    text(k_start);
    machine().on_ended(Ended::Why::completed, now_);
    actions();
    machine().on_started(now_);
    text(k_chunk);

    EXPECT_THAT(actions(), ElementsAre("speak"));
}

// ---- Clients that do not read ----

TEST_F(SocketMachineTest, slow_client_misses_interims_and_is_closed_after_its_time) {
    limits_.outbox_frames = 2;
    begin();
    for (int i = 0; i < 3; ++i) tell("due");
    broadcast("interim", "interim", Importance::passing);
    EXPECT_EQ(machine().counters().interim_dropped, 1U);
    pass(seconds(10) - milliseconds(1));
    EXPECT_THAT(actions(), IsEmpty());
    pass(milliseconds(1));

    EXPECT_THAT(actions(), ElementsAre("leave", "close 1000 now"));
    EXPECT_THAT(frames(), ElementsAre(HasSubstr("slow_client")));
}

TEST_F(SocketMachineTest, client_that_catches_up_is_given_the_whole_time_anew) {
    limits_.outbox_frames = 2;
    begin();
    for (int i = 0; i < 3; ++i) tell("due");
    pass(seconds(9));
    frames();
    pass(seconds(9));
    EXPECT_THAT(actions(), IsEmpty());
    for (int i = 0; i < 3; ++i) tell("due");
    pass(seconds(9));
    EXPECT_THAT(actions(), IsEmpty());
    pass(seconds(1));

    EXPECT_THAT(actions(), ElementsAre("leave", "close 1000 now"));
}

TEST_F(SocketMachineTest, client_far_behind_is_closed_at_once) {
    limits_.outbox_frames = 4;
    begin();
    for (int i = 0; i < 17; ++i) tell("due");
    EXPECT_THAT(actions(), IsEmpty()) << "so much was told in one turn";
    now_ += std::chrono::nanoseconds(1);
    tell("due");

    EXPECT_THAT(actions(), ElementsAre("leave", "close 1000 now"));
    EXPECT_THAT(frames(), IsEmpty());
}

// ---- Shutting down, and every input in every state ----

struct StateCase {
    const char* name;
    std::function<void(SocketMachine&, base::MonotonicTime)> reach;
};

void PrintTo(const StateCase& state, std::ostream* out) {
    *out << state.name;
}

void send(SocketMachine& machine, std::string_view text, base::MonotonicTime now) {
    machine.on_text(text, text.size(), now);
}

const std::vector<StateCase>& states() {
    static const std::vector<StateCase> all{
        {"idle", [](SocketMachine&, base::MonotonicTime) {}},
        {"starting", [](SocketMachine& m, base::MonotonicTime now) { send(m, k_start, now); }},
        {"active",
         [](SocketMachine& m, base::MonotonicTime now) {
             send(m, k_start, now);
             m.on_started(now);
         }},
        {"stopping",
         [](SocketMachine& m, base::MonotonicTime now) {
             send(m, k_start, now);
             m.on_started(now);
             send(m, k_stop, now);
         }},
        {"paused",
         [](SocketMachine& m, base::MonotonicTime now) {
             send(m, k_start, now);
             m.on_started(now);
             send(m, k_stop, now);
             m.on_ended(Ended::Why::paused, now);
         }},
        {"lingering",
         [](SocketMachine& m, base::MonotonicTime now) {
             send(m, k_start, now);
             m.on_started(now);
             send(m, k_stop, now);
             m.on_ended(Ended::Why::completed, now);
         }},
        {"closed", [](SocketMachine& m, base::MonotonicTime) { m.on_gone(); }},
    };
    return all;
}

class SocketStateTest : public testing::TestWithParam<StateCase> {
protected:
    SocketStateTest() : machine_(limits_, codec_, now_) { GetParam().reach(machine_, now_); }

    // The conversation answers a stop; the client closes within its time or does not.
    void end_if_asked() {
        std::vector<SocketAction> taken;
        machine_.take_actions(taken);
        const bool stops = std::any_of(taken.begin(), taken.end(),
                                       [](const SocketAction& action) { return std::holds_alternative<Stop>(action); });
        if (stops) machine_.on_ended(Ended::Why::completed, now_);
        if (const auto due = machine_.deadline()) machine_.on_time(*due);
    }

    SocketLimits limits_;
    proto::ClientCodec codec_{proto::MessageLimits{}};
    base::MonotonicTime now_{std::chrono::hours(1)};
    SocketMachine machine_;
};

TEST_P(SocketStateTest, shutdown_closes_it_in_the_end) {
    machine_.on_shutdown(now_);
    machine_.on_started(now_);  // a start that was under way succeeds
    end_if_asked();

    EXPECT_TRUE(machine_.is_closed()) << "after a stop that completes it";
}

TEST_P(SocketStateTest, shutdown_has_a_paused_socket_told_its_end) {
    machine_.on_shutdown(now_);
    machine_.on_started(now_);
    std::vector<SocketAction> taken;
    machine_.take_actions(taken);
    const bool is_paused = !machine_.is_closed() && GetParam().name != std::string_view("lingering");
    if (is_paused) {
        machine_.on_ended(Ended::Why::paused, now_);
        machine_.take_actions(taken);
        ASSERT_EQ(taken.size(), 1U) << "it stops for good";
        EXPECT_TRUE(std::holds_alternative<Stop>(taken.front()));
        machine_.on_ended(Ended::Why::completed, now_);
    }
    now_ += limits_.stop_grace;
    machine_.on_time(now_);

    EXPECT_TRUE(machine_.is_closed());
}

TEST_P(SocketStateTest, takes_every_input_and_says_nothing_once_closed) {
    const std::vector<std::function<void(SocketMachine&)>> inputs{
        [&](SocketMachine& m) { send(m, k_start, now_); },
        [&](SocketMachine& m) { send(m, k_chunk, now_); },
        [&](SocketMachine& m) { send(m, k_modify, now_); },
        [&](SocketMachine& m) { send(m, k_stop, now_); },
        [&](SocketMachine& m) { send(m, "__PING__", now_); },
        [&](SocketMachine& m) { send(m, "nonsense", now_); },
        [&](SocketMachine& m) { send(m, R"({"type":"start_request","trackers":1})", now_); },
        [&](SocketMachine& m) { m.on_binary(10, now_); },
        [&](SocketMachine& m) { m.on_gone(); },
        [&](SocketMachine& m) { m.on_started(now_); },
        [&](SocketMachine& m) { m.on_ended(Ended::Why::completed, now_); },
        [&](SocketMachine& m) { m.on_ended(Ended::Why::failed, now_); },
        [&](SocketMachine& m) { m.on_ended(Ended::Why::paused, now_); },
        [&](SocketMachine& m) { m.on_tell({1, std::make_shared<const std::string>("told")}, now_); },
        [&](SocketMachine& m) { m.on_refused({base::Errc::draining, "draining", {}, {}}, now_); },
        [&](SocketMachine& m) { m.on_shutdown(now_); },
        [&](SocketMachine& m) { m.on_time(now_ + std::chrono::hours(1)); },
    };
    // Each input, and behind it each other.
    for (std::size_t first = 0; first < inputs.size(); ++first) {
        for (std::size_t second = 0; second < inputs.size(); ++second) {
            SocketMachine machine(limits_, codec_, now_);
            GetParam().reach(machine, now_);
            inputs[first](machine);
            const bool was_closed = machine.is_closed();
            std::vector<SocketAction> taken;
            machine.take_actions(taken);
            const std::size_t frames = machine.outbox().frames();
            inputs[second](machine);
            machine.take_actions(taken);

            if (was_closed) {
                EXPECT_TRUE(machine.is_closed() && taken.empty()) << first << ", " << second;
                EXPECT_EQ(machine.outbox().frames(), frames) << first << ", " << second;
            }
            for (const SocketAction& action : taken) {
                const auto* close = std::get_if<Close>(&action);
                EXPECT_TRUE(close == nullptr || (close->code == 1000 && machine.is_closed()))
                    << first << ", " << second;
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, SocketStateTest, testing::ValuesIn(states()),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace earshot::session
