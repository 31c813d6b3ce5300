#include "expectation.hpp"

#include "earshot/app/server_event.hpp"
#include "earshot/base/ids.hpp"
#include "earshot/session/conversation_machine.hpp"

#include "comparison.hpp"

#include <gtest/gtest.h>

namespace earshot::load {
namespace {

class CountingIds final : public base::IdSource {
public:
    std::string make_uuid() override { return "id-" + std::to_string(++last_); }
    std::string make_digits() override { return std::to_string(1'000'000 + ++last_); }

private:
    int last_ = 0;
};

std::shared_ptr<const detect::TrackerList> trackers() {
    detect::TrackerDefinition price;
    price.name = "Price";
    price.vocabulary = {"how much", "the price of it"};
    detect::TrackerDefinition ending;
    ending.name = "Ending";
    ending.vocabulary = {"cancel my plan"};
    ending.speakers = {"customer"};
    detect::TrackerListDefinition definition{{price, ending}, {}};
    detect::LanguageTools tools;
    detect::PhraseSetSource sets;
    return *detect::TrackerList::compile(definition, {}, tools.tokenizer(), sets);
}

constexpr const char* k_call =
    R"({"text":"how","isFinal":false,"utteranceId":"a","speaker":{"userId":"ann","role":"customer"},"startTime":0,"endTime":0.5}
{"text":"how much. I can sell","isFinal":false,"utteranceId":"a","speaker":{"userId":"ann","role":"customer"},"startTime":0,"endTime":1}
{"text":"yes","speaker":{"userId":"bob","role":"agent"},"startTime":0.5,"endTime":1.5}
{"text":"How much? I cancel","endOfUtterance":false,"utteranceId":"a","speaker":{"userId":"ann","role":"customer"},"startTime":0,"endTime":2}
{"text":"my plan","isFinal":false,"utteranceId":"a","speaker":{"userId":"ann","role":"customer"},"startTime":2,"endTime":3}
{"text":"my plan now, for the price","utteranceId":"a","speaker":{"userId":"ann","role":"customer"},"startTime":2,"endTime":3.5}
{"text":"You cancel my plan?","speaker":{"userId":"bob","role":"agent"},"startTime":4,"endTime":5}
{"text":"of it","isFinal":false,"speaker":{"userId":"ann","role":"customer"},"startTime":5,"endTime":6}
)";

Script script() {
    Pace pace;
    pace.chunks_per_second = 1;
    pace.interims = true;
    pace.duration = std::chrono::seconds(20);
    return make_script(parse_calls(k_call)->front(), pace);
}

/// What a conversation tells, as a client reads it.
class LiveConversation {
public:
    explicit LiveConversation(std::shared_ptr<const detect::TrackerList> list)
        : machine_(limits_, scorer_, tools_, ids_, replay_) {
        auto start = std::make_unique<proto::StartRequest>();
        start->wishes.interim_results = start->wishes.revisions = true;
        start->trackers = list->definition();
        start->tracker_pointers.resize(list->size());
        machine_.join(1, std::move(start), now());
        listen();
        machine_.compiled(ticket_, {list, nullptr, {{}}}, now());
        listen();
    }

    void hear(const Script& script, std::size_t lines) {
        for (std::size_t i = 0; i < lines; ++i) {
            line_ = i;
            machine_.speak(1, script[i].chunk, now());
            listen();
        }
        line_ = lines;
        machine_.stop(1, now());
        listen();
    }

    Told told;
    std::vector<EarlyHit> early;

private:
    base::Now now() {
        clock_ += std::chrono::milliseconds(100);
        return {clock_, {}};
    }

    void listen() {
        std::vector<session::ConversationAction> actions;
        machine_.take_actions(actions);
        for (const auto& action : actions) {
            if (const auto* compile = std::get_if<session::Compile>(&action)) ticket_ = compile->ticket;
            const auto* broadcast = std::get_if<session::Broadcast>(&action);
            if (broadcast && broadcast->revised) read(*app::parse_server_event(*broadcast->revised));
        }
    }

    void read(const app::ServerEvent& event) {
        if (const auto* messages = std::get_if<app::MessageEvent>(&event))
            told.utterances.push_back(digest_of(*messages));
        const auto* trackers = std::get_if<app::TrackerEvent>(&event);
        if (!trackers) return;
        const auto utterance = static_cast<std::uint32_t>(told.utterances.size() - 1);
        for (const app::HeardHit& hit : trackers->hits) {
            if (hit.state == detect::HitState::created) early.push_back({digest_of(hit), line_});
            if (hit.state == detect::HitState::confirmed) told.hits.push_back({digest_of(hit), utterance});
        }
    }

    session::ConversationLimits limits_;
    session::ScorerInfo scorer_;
    detect::LanguageTools tools_;
    CountingIds ids_;
    session::ReplayBudget replay_{1 << 30};
    session::ConversationMachine machine_;
    base::MonotonicTime clock_{};
    std::uint64_t ticket_ = 0;
    std::size_t line_ = 0;
};

TEST(ExpectationTest, foretells_what_a_conversation_tells_wherever_it_stops) {
    const auto list = trackers();
    const Script said = script();
    Oracle oracle(list);
    for (std::size_t lines = 0; lines <= said.size(); ++lines) {
        LiveConversation live(list);
        live.hear(said, lines);
        const Expectation expected = oracle.foretell(said, lines, Oracle::Early::wanted);

        const Agreement agreement = compare(expected, live.told);
        EXPECT_EQ(agreement.faults(), 0u) << "stopped after " << lines;
        EXPECT_EQ(agreement.right, expected.hits);
        ASSERT_EQ(expected.early.size(), live.early.size()) << "stopped after " << lines;
        for (std::size_t i = 0; i < live.early.size(); ++i) {
            EXPECT_EQ(expected.early[i].digest, live.early[i].digest);
            EXPECT_EQ(expected.early[i].cause, live.early[i].cause);
        }
    }
}

TEST(ExpectationTest, hears_across_utterances_and_only_those_a_tracker_listens_to) {
    Oracle oracle(trackers());

    const Expectation expected = oracle.foretell(script(), 8, Oracle::Early::wanted);

    ASSERT_EQ(expected.utterances.size(), 4u);
    EXPECT_EQ(expected.utterances[0].hits.size(), 0u);  // bob: yes
    EXPECT_EQ(expected.utterances[1].hits.size(), 2u);  // ann: how much, cancel my plan
    EXPECT_EQ(expected.utterances[2].hits.size(), 0u);  // bob is no customer
    EXPECT_EQ(expected.utterances[3].hits.size(), 1u);  // ann: the price | of it
    EXPECT_EQ(expected.utterances[3].cause, 8u) << "the stop";
    EXPECT_EQ(expected.utterances[1].cause, 5u);
    EXPECT_EQ(expected.early.front().cause, 1u);
}

TEST(ExpectationTest, digests_tell_apart_what_a_client_can_tell_apart) {
    app::HeardHit hit{"h", "Price", "how much", "exact", 1, std::nullopt, {"ann", "", ""}, {{"m", "how much", 0, 8}}};
    const std::uint64_t digest = digest_of(hit);
    const auto changed = [&](auto change) {
        app::HeardHit other = hit;
        change(other);
        return digest_of(other);
    };

    EXPECT_NE(changed([](auto& h) { h.tracker = "x"; }), digest);
    EXPECT_NE(changed([](auto& h) { h.phrase = "x"; }), digest);
    EXPECT_NE(changed([](auto& h) { h.tier = "inflected"; }), digest);
    EXPECT_NE(changed([](auto& h) { h.speaker.user_id = "bob"; }), digest);
    EXPECT_NE(changed([](auto& h) { h.parts[0].begin = 1; }), digest);
    EXPECT_NE(changed([](auto& h) { h.parts[0].end = 9; }), digest);
    EXPECT_NE(changed([](auto& h) { h.parts[0].text += " "; }), digest);
    EXPECT_NE(changed([](auto& h) { h.parts.push_back(h.parts[0]); }), digest);
    EXPECT_EQ(changed([](auto& h) {
                  h.id = "other";
                  h.parts[0].message_id = "other";
              }),
              digest);
}

TEST(ExpectationTest, only_tiers_without_a_model_are_foretold) {
    EXPECT_TRUE(is_foretold("exact"));
    EXPECT_TRUE(is_foretold("pattern"));
    EXPECT_TRUE(is_foretold("inflected"));
    EXPECT_FALSE(is_foretold("fuzzy"));
    EXPECT_FALSE(is_foretold("semantic"));
    EXPECT_FALSE(is_foretold(""));
}

}  // namespace
}  // namespace earshot::load
