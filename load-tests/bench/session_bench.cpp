#include "earshot/session/conversation_machine.hpp"

#include "allocations.hpp"
#include "speech.hpp"

#include <benchmark/benchmark.h>

#include <string>
#include <variant>
#include <vector>

// A chunk's way through a conversation: words, hearing, what is told; without sockets.
namespace earshot::bench {
namespace {

using session::ConversationAction;
using session::ConversationMachine;

class CountingIds final : public base::IdSource {
public:
    std::string make_uuid() override { return "00000000-0000-4000-8000-" + std::to_string(100'000'000'000 + ++last_); }
    std::string make_digits() override { return std::to_string(1'000'000'000'000'000 + ++last_); }

private:
    std::uint64_t last_ = 0;
};

/// A started conversation that listens for phrases which `never_said` text does not hold.
class Call {
public:
    explicit Call(std::size_t phrases) {
        auto request = std::make_unique<proto::StartRequest>();
        request->speaker = proto::Speaker{"ann@example.com", "Ann", "customer"};
        request->wishes.interim_results = true;
        detect::TrackerDefinition tracker;
        tracker.name = "all";
        tracker.vocabulary = make_phrases(phrases);
        request->trackers.trackers.push_back(std::move(tracker));
        request->tracker_pointers.emplace_back("/trackers/0");
        machine.join(1, std::move(request), now);
        machine.take_actions(actions);
        detect::PhraseSetSource sets;
        auto& compile = std::get<session::Compile>(actions.front());
        const auto compile_list = [&](detect::TrackerListDefinition definition) {
            return detect::TrackerList::compile(std::move(definition), {}, tools.tokenizer(), sets);
        };
        machine.compiled(compile.ticket, session::work_out(compile.job, nullptr, compile_list), now);
        machine.take_actions(actions);
    }

    void say(const proto::TranscriptChunk& chunk) {
        machine.speak(1, chunk, now);
        machine.take_actions(actions);
        actions.clear();
    }

    session::ConversationLimits limits;
    session::ScorerInfo scorer;
    detect::LanguageTools tools;
    CountingIds ids;
    base::Now now;
    session::ReplayBudget replay{256 * 1024 * 1024};
    ConversationMachine machine{limits, scorer, tools, ids, replay};
    std::vector<ConversationAction> actions;
};

void report(benchmark::State& state, std::uint64_t allocations_before) {
    const auto chunks = static_cast<double>(state.iterations());
    state.counters["allocations_per_chunk"] = static_cast<double>(allocations() - allocations_before) / chunks;
}

/// Hypotheses of one utterance that nothing is heard in, each in place of the one before.
void hypothesis_without_hit(benchmark::State& state) {
    Call call(static_cast<std::size_t>(state.range(0)));
    proto::TranscriptChunk chunk;
    chunk.is_final = false;
    chunk.text = "zarquon blivet frobozz quux xyzzy";
    for (int i = 0; i < 100; ++i) call.say(chunk);
    const std::uint64_t before = allocations();
    for (auto _ : state) call.say(chunk);
    report(state, before);
}

/// Finals, each an utterance of its own: one message each, nothing heard.
void final_without_hit(benchmark::State& state) {
    Call call(static_cast<std::size_t>(state.range(0)));
    proto::TranscriptChunk chunk;
    chunk.text = "zarquon blivet frobozz quux xyzzy";
    for (int i = 0; i < 100; ++i) call.say(chunk);
    const std::uint64_t before = allocations();
    for (auto _ : state) call.say(chunk);
    report(state, before);
}

BENCHMARK(hypothesis_without_hit)->Name("speak/hypothesis_without_hit")->Arg(200)->Arg(5000);
BENCHMARK(final_without_hit)->Name("speak/final_without_hit")->Arg(200)->Arg(5000);

}  // namespace
}  // namespace earshot::bench
