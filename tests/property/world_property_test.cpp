// Laws of whole conversations as their clients see them: changes of trackers that are compiled late, losses and
// resumptions, subscribers that come at any time. See support/world_trial.hpp for what is held.
#include "support/random_talk.hpp"
#include "support/tracker_json.hpp"
#include "support/world_trial.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace earshot::support {
namespace {

// EARSHOT_EFFORT multiplies the number of cases, for a long run.
std::uint64_t cases(std::uint64_t usual) {
    const char* more = std::getenv("EARSHOT_EFFORT");
    return more ? usual * std::strtoull(more, nullptr, 10) : usual;
}

struct WorldKind {
    std::size_t publishers = 1;
    std::size_t subscribers = 0;
    bool has_changes = false;
    bool has_losses = false;
    bool has_small_ring = false;
    bool compiles_late = false;
};

class RandomWorld {
public:
    RandomWorld(std::uint64_t seed, const WorldKind& kind) : talk_(seed), kind_(kind) {}

    WorldTrial make() {
        trial_.publishers = kind_.publishers;
        trial_.subscribers = kind_.subscribers;
        trial_.has_observer = kind_.has_small_ring || talk_.one_in(4);
        trial_.begins_with_a_failure = talk_.one_in(8);
        trial_.compiles_to_the_end = !talk_.one_in(3);
        if (kind_.has_small_ring) trial_.replay_bytes = 700 * talk_.below(8);
        first_ = talk_.list(true);
        trial_.language = first_.settings.language;
        for (std::size_t i = 0; i < kind_.publishers; ++i) {
            if (i == 0 || talk_.one_in(2)) start(i);
        }
        for (std::size_t left = 4 + talk_.below(12); left > 0; --left) happen();
        return std::move(trial_);
    }

private:
    using Kind = WorldStep::Kind;

    WorldStep& add(Kind kind, std::size_t client) {
        trial_.steps.emplace_back().kind = kind;
        trial_.steps.back().client = client;
        return trial_.steps.back();
    }

    Resume resume() {
        if (talk_.one_in(5)) return Resume::no;
        return talk_.one_in(5) ? Resume::from_the_beginning : Resume::from_last_seen;
    }

    void start(std::size_t publisher) {
        WorldStep& step = add(Kind::start, publisher);
        step.list = talk_.one_in(3) ? first_ : talk_.changed(first_, true);
        if (talk_.one_in(8)) step.list.trackers.clear();
        step.wishes.interim_results = talk_.one_in(2);
        step.wishes.transcript = talk_.one_in(4);
        if (talk_.one_in(2)) step.wishes.revisions = step.wishes.interim_results = true;
        step.resume = resume();
    }

    void subscribe() {
        if (kind_.subscribers == 0) return;
        WorldStep& step = add(Kind::subscribe, kind_.publishers + talk_.below(kind_.subscribers));
        step.wishes = {.interim_results = true, .revisions = talk_.one_in(2), .explain = false, .transcript = true};
        step.resume = talk_.one_in(2) ? Resume::no : resume();
    }

    void happen() {
        const std::size_t publisher = talk_.below(kind_.publishers);
        if (talk_.one_in(4)) subscribe();
        if (kind_.has_losses && talk_.one_in(5)) {
            add(Kind::lose, talk_.below(kind_.publishers + kind_.subscribers));
            if (talk_.one_in(2)) start(publisher);
        }
        if (talk_.one_in(kind_.has_losses ? 6 : 12)) start(publisher);
        if (talk_.one_in(12)) add(Kind::stop, publisher);
        if (kind_.compiles_late) compile();
        if (kind_.has_changes && talk_.one_in(2)) change(publisher);
        utter(publisher);
    }

    void compile() {
        if (talk_.one_in(3)) add(Kind::hold, 0);
        if (talk_.one_in(2)) add(Kind::release, 0).number = talk_.below(4);
        if (talk_.one_in(4)) add(Kind::go_on, 0);
    }

    void change(std::size_t publisher) {
        for (std::size_t left = 1 + talk_.below(kind_.compiles_late ? 3 : 1); left > 0; --left) {
            WorldChange& change = add(Kind::modify, publisher).change;
            if (talk_.one_in(5)) change.replace = talk_.changed(first_, true).trackers;
            if (talk_.one_in(2)) change.remove.push_back(name());
            if (talk_.one_in(6)) change.remove.push_back(name());
            if (talk_.one_in(2)) change.add = talk_.changed({{}, {}}, true).trackers;
            if (talk_.one_in(3)) change.add.push_back(first_.trackers[talk_.below(first_.trackers.size())]);
            if (!talk_.one_in(8)) continue;
            change.does_not_compile = true;
            change.add.emplace_back().id = k_does_not_compile;
            change.add.back().name = k_does_not_compile;
            change.add.back().vocabulary = {"..."};
        }
    }

    // Mostly of a tracker that may be there.
    std::string name() {
        if (talk_.one_in(10)) return "nobody";
        return (talk_.one_in(2) ? "t" : "Tracker ") + std::to_string(talk_.below(4));
    }

    void utter(std::size_t publisher) {
        const std::string id = talk_.one_in(2) ? "" : "u" + std::to_string(talk_.below(2));
        for (std::size_t left = 1 + talk_.below(3); left > 0; --left) {
            const std::string text = talk_.text(5);
            for (std::size_t hypotheses = talk_.below(3); hypotheses > 0; --hypotheses) {
                speak(publisher, id, talk_.hypothesis_of(text), false, false);
                if (kind_.has_changes && talk_.one_in(10)) change(publisher);
            }
            if (!talk_.one_in(8)) speak(publisher, id, text, true, left == 1 && !talk_.one_in(4));
        }
    }

    void speak(std::size_t publisher, const std::string& id, std::string text, bool is_final, bool ends) {
        if (talk_.one_in(3)) add(Kind::wait, 0).seconds = 0.25 * static_cast<double>(talk_.below(6));
        if (talk_.one_in(12)) add(Kind::wait, 0).seconds = 0.25 * static_cast<double>(talk_.below(60));
        proto::TranscriptChunk& chunk = add(Kind::speak, publisher).chunk;
        chunk.text = std::move(text);
        chunk.utterance_id = id;
        chunk.is_final = is_final;
        chunk.end_of_utterance = ends;
        if (talk_.one_in(4)) chunk.speaker = proto::Speaker{"guest" + std::to_string(publisher), "", "customer"};
    }

    RandomTalk talk_;
    WorldKind kind_;
    detect::TrackerListDefinition first_;
    WorldTrial trial_;
};

WorldSummary check_worlds(std::uint64_t seed, std::uint64_t count, const WorldKind& kind) {
    WorldSummary summary;
    for (std::uint64_t i = 0; i < count; ++i) {
        const WorldTrial trial = RandomWorld(seed + i, kind).make();
        const std::string problem = run_world_trial(trial, &summary);
        if (problem.empty()) continue;
        const WorldTrial small = shrink(trial);
        ADD_FAILURE() << "seed " << seed + i << ": " << problem << "\nshrunken: " << run_world_trial(small) << '\n'
                      << describe(small);
        return summary;
    }
    EXPECT_GT(summary.hits, count) << "too little was heard for the test to mean something";
    return summary;
}

TEST(WorldLaw, changes_that_are_compiled_at_once) {
    const WorldSummary summary =
        check_worlds(20'000'000, cases(300), {.publishers = 2, .subscribers = 1, .has_changes = true});

    EXPECT_GT(summary.changes, 200U);
    EXPECT_GT(summary.refused_changes, 200U);
}

TEST(WorldLaw, changes_that_are_compiled_late_or_never) {
    const WorldSummary summary = check_worlds(
        21'000'000, cases(300), {.publishers = 2, .subscribers = 1, .has_changes = true, .compiles_late = true});

    EXPECT_GT(summary.changes, 200U);
    EXPECT_GT(summary.refused_changes, 200U);
}

TEST(WorldLaw, clients_that_get_lost_and_come_back) {
    const WorldSummary summary =
        check_worlds(22'000'000, cases(300), {.publishers = 2, .subscribers = 2, .has_losses = true});

    EXPECT_GT(summary.resumptions, 300U);
    EXPECT_GT(summary.interim_hits, 300U);
}

TEST(WorldLaw, clients_that_missed_more_than_is_kept) {
    const WorldSummary summary = check_worlds(
        23'000'000, cases(250), {.publishers = 2, .subscribers = 2, .has_losses = true, .has_small_ring = true});

    EXPECT_GT(summary.gaps, 50U);
}

TEST(WorldLaw, everything_at_once) {
    check_worlds(24'000'000, cases(200),
                 {.publishers = 3, .subscribers = 2, .has_changes = true, .has_losses = true, .compiles_late = true});
}

}  // namespace
}  // namespace earshot::support
