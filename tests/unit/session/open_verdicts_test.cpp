#include "earshot/text/tokenizer.hpp"

#include "conversation_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

// What a scorer is asked of utterances that go on, and what becomes of its answers.
namespace earshot::session {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr std::string_view k_hypothesis = R"(,"isFinal":false)";
constexpr std::string_view k_revisions = R"(,"config":{"trackers":{"revisions":true}})";

detect::Verdict on(std::uint32_t tracker) {
    detect::Verdict one;
    one.tracker = tracker;
    one.score = 0.9;
    one.last_word = one.known_word = 1;
    return one;
}

class OpenVerdictsTest : public ConversationFixture {
protected:
    void SetUp() override {
        options_.scorer.semantic = proto::TierStatus::ready;
        options_.scorer.default_threshold = 0.5;
    }

    Frames guess(std::size_t socket, const std::string& text) {
        return say(socket, chunk(text, std::string(k_hypothesis)));
    }

    void answer_last(std::vector<detect::Verdict> verdicts) {
        world().score(world().scores().back().ticket, std::move(verdicts));
    }
};

TEST_F(OpenVerdictsTest, open_hit_of_a_tracker_that_stays_goes_on_under_its_id) {
    const std::size_t socket = join(start("a", std::string(k_revisions)));
    guess(socket, "how expensive");
    answer_last({on(0)});
    EXPECT_THAT(world().take_frames(socket), ElementsAre(HasSubstr("created")));

    EXPECT_THAT(kinds(say(socket, R"({"type":"modify_request","trackers":{"add":[{"name":"A","vocabulary":["b"]}]}})")),
                ElementsAre("session_modified"));
    ASSERT_THAT(world().scores(), SizeIs(2)) << "the new list is asked about";
    answer_last({on(0)});
    EXPECT_THAT(world().take_frames(socket), IsEmpty());
}

TEST_F(OpenVerdictsTest, nobody_is_asked_for_whom_nobody_listens) {
    const std::size_t socket = join(start("a"));
    guess(socket, "how expensive");
    say(socket, R"({"type":"modify_request","trackers":{"add":[{"name":"A","vocabulary":["b"]}]}})");
    EXPECT_THAT(world().scores(), IsEmpty());
}

TEST_F(OpenVerdictsTest, answer_to_older_words_is_none_for_newer_ones_where_nobody_listens_any_more) {
    const std::size_t speaker = join(start("a"));
    const std::size_t listener = join(start("b", std::string(k_revisions)));
    guess(speaker, "how expensive");
    ASSERT_THAT(world().scores(), SizeIs(1));
    world().lose(listener);
    guess(speaker, "oh dear me");
    answer_last({on(0)});
    EXPECT_THAT(world().scores(), SizeIs(1)) << "nobody asks again";

    const std::size_t late = world().subscribe("call", {{.interim_results = true, .revisions = true}, {}});
    EXPECT_THAT(world().take_frames(late), Not(testing::Contains(HasSubstr("semantic"))));
}

TEST_F(OpenVerdictsTest, refused_answer_leaves_what_is_assumed) {
    const std::size_t socket = join(start("a", std::string(k_revisions)));
    guess(socket, "how expensive");
    answer_last({on(0)});
    world().take_frames(socket);
    guess(socket, "how expensive is");
    ASSERT_THAT(world().scores(), SizeIs(2));
    guess(socket, "how expensive is it");
    const std::uint64_t ticket = world().scores().back().ticket;
    world().refuse_to_score(ticket);
    ASSERT_THAT(world().scores(), SizeIs(3)) << "the words have changed since";
    world().refuse_to_score(world().scores().back().ticket);
    EXPECT_THAT(world().take_frames(socket), IsEmpty());
    EXPECT_THAT(world().scores(), SizeIs(3));

    guess(socket, "how expensive is it all");
    answer_last({});
    EXPECT_THAT(world().take_frames(socket), ElementsAre(HasSubstr("retracted")));
}

// ---- Lists that are not ready yet ----------------------------------------------------------------------------------

class StandInTest : public OpenVerdictsTest {
protected:
    static constexpr std::string_view k_add =
        R"({"type":"modify_request","trackers":{"add":[{"id":"new","name":"New","vocabulary":["b"]}]}})";
    static constexpr std::string_view k_remove_it = R"({"type":"modify_request","trackers":{"remove":["new"]}})";

    /// The list by which an utterance is judged that is said and ends now.
    std::shared_ptr<const detect::TrackerList> asked_about(std::size_t socket) {
        say(socket, chunk("how expensive"));
        return world().scores().back().lists.at(0);
    }
};

TEST_F(StandInTest, trackers_that_stay_are_heard_by_the_former_list_until_the_new_one_is_ready) {
    const std::size_t socket = join(start("a"));
    world().make_ready();
    const auto former = asked_about(socket);
    world().score(world().scores().back().ticket, {});
    say(socket, std::string(k_add));

    EXPECT_EQ(asked_about(socket), former);
    world().take_frames(socket);
    answer_last({on(0)});
    EXPECT_THAT(world().take_frames(socket), testing::Contains(AllOf(HasSubstr("Pricing"), HasSubstr("semantic"))));

    world().make_ready();
    const auto now = asked_about(socket);
    EXPECT_NE(now, former);
    EXPECT_EQ(now->size(), 2U);
    world().score(world().scores().back().ticket, {});
    world().take_frames(socket);
    EXPECT_THAT(
        say(socket, std::string(k_stop)),
        testing::Contains(HasSubstr(R"("notEvaluated":[{"tier":"semantic","reason":"preparing","windows":1}])")));
}

TEST_F(StandInTest, the_one_that_was_ready_stands_in_over_many_changes) {
    const std::size_t socket = join(start("a"));
    world().make_ready();
    const auto ready = asked_about(socket);
    for (int i = 0; i < 3; ++i) {
        say(socket, std::string(k_add));
        EXPECT_EQ(asked_about(socket), ready);
        say(socket, std::string(k_remove_it));
        EXPECT_EQ(asked_about(socket), ready);
    }
}

TEST_F(StandInTest, what_was_never_ready_stands_in_for_nothing) {
    const std::size_t socket = join(start("a"));
    const auto first = asked_about(socket);
    say(socket, std::string(k_add));
    EXPECT_NE(asked_about(socket), first);
}

TEST_F(StandInTest, nothing_stands_in_for_a_list_whose_publisher_is_gone) {
    const std::size_t leaving = join(start("a"));
    world().make_ready();
    const auto former = asked_about(leaving);
    world().score(world().scores().back().ticket, {});
    const std::size_t staying = join(R"({"type":"start_request","speaker":{"userId":"b"}})");
    say(leaving, std::string(k_add));
    ASSERT_EQ(asked_about(staying), former);
    world().score(world().scores().back().ticket, {});

    say(leaving, std::string(k_stop));
    world().make_ready();

    EXPECT_NE(asked_about(staying), former);
}

TEST_F(StandInTest, verdict_on_a_tracker_that_is_gone_is_none) {
    const std::size_t socket = join(start("a"));
    world().make_ready();
    say(socket, R"({"type":"modify_request","trackers":{"replace":[{"id":"new","name":"New","vocabulary":["b"]}]}})");
    asked_about(socket);
    world().take_frames(socket);
    answer_last({on(0)});
    EXPECT_THAT(world().take_frames(socket), Not(testing::Contains(HasSubstr("tracker_response"))));
}

// ---- What is settled -----------------------------------------------------------------------------------------------

/// Where the words end with which both texts begin.
std::size_t end_of_common_words(const std::string& before, const std::string& now) {
    text::Tokenizer tokenizer;
    const text::WordList left = tokenizer.words_of(before);
    const text::WordList right = tokenizer.words_of(now);
    std::size_t end = 0;
    for (std::size_t i = 0; i < std::min(left.words.size(), right.words.size()); ++i) {
        const std::size_t to = right.words[i].byte_end;
        if (left.words[i].byte_end != to || before.compare(0, to, now, 0, to) != 0) break;
        end = to;
    }
    return end;
}

/// One that speaks and changes its mind.
class Recogniser {
public:
    explicit Recogniser(std::uint32_t seed) : random_(seed) {}

    std::string next() {
        words_.resize(words_.size() - std::min<std::size_t>(words_.size(), random_() % 3));
        for (std::size_t more = random_() % 4; more > 0; --more)
            words_.push_back(k_words[random_() % std::size(k_words)]);
        std::string text;
        for (const std::string_view word : words_) text.append(text.empty() ? "" : " ").append(word);
        return text;
    }

    bool is_final() { return random_() % 5 == 0; }
    void forget() { words_.clear(); }

private:
    static constexpr std::string_view k_words[] = {"the", "mon",  "money", "money,", "don",        "don't", "it's",
                                                   "its", "3",    "3.5",   "é",      "été",        "a",     "a-b",
                                                   "?",   "日本", "日",    "twenty", "twenty-one", "U.S."};
    std::mt19937 random_;
    std::vector<std::string_view> words_;
};

TEST_F(OpenVerdictsTest, settled_is_what_is_committed_and_what_the_last_two_hypotheses_begin_with) {
    const std::size_t socket = join(start("a", std::string(k_revisions)));
    std::size_t beyond_committed = 0;
    for (std::uint32_t seed = 0; seed < 60; ++seed) {
        Recogniser recogniser(seed);
        std::string committed;
        std::string before;
        for (int i = 0; i < 20; ++i) {
            const std::string said = recogniser.next();
            const bool is_final = recogniser.is_final();
            const std::size_t asked = world().scores().size();
            say(socket, chunk(said, std::string(is_final ? k_open : k_hypothesis)));
            const std::string now = said.empty() ? committed : committed.empty() ? said : committed + " " + said;
            if (is_final) {
                committed = now;
                recogniser.forget();
            }
            if (!now.empty()) {
                ASSERT_EQ(world().scores().size(), asked + 1);
                const Score& score = world().scores().back();
                ASSERT_EQ(score.text, now);
                ASSERT_EQ(score.settled_bytes, std::max(committed.size(), end_of_common_words(before, now)))
                    << seed << ": " << before << " | " << now;
                beyond_committed += score.settled_bytes > committed.size() ? 1 : 0;
                answer_last({});
            }
            before = now;
        }
        say(socket, chunk("end"));
        const Score& score = world().scores().back();
        ASSERT_FALSE(score.is_open);
        ASSERT_EQ(score.settled_bytes, score.text.size()) << "what has ended is settled";
        answer_last({});
    }
    EXPECT_GT(beyond_committed, 100U);
}

}  // namespace
}  // namespace earshot::session
