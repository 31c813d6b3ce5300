// The law of the contract: however utterances are cut into chunks and their hypotheses rewritten, the confirmed hits
// are those that plain nested loops hear in the whole final texts; and what is told on the way adds up.
#include "support/oracle.hpp"
#include "support/random_talk.hpp"
#include "support/window_trial.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace earshot::support {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t k_effort = 1;
#else
constexpr std::uint64_t k_effort = 4;
#endif

// ---- One speaker, step by step ----

class RandomWindow {
public:
    RandomWindow(std::uint64_t seed, int utterances, bool with_times)
        : talk_(seed), utterances_(utterances), with_times_(with_times) {}

    WindowTrial make() {
        trial_.lists.push_back(talk_.list(with_times_));
        if (talk_.one_in(5)) trial_.lists.push_back(talk_.list(with_times_));
        if (trial_.lists.size() > 1) trial_.lists[1].settings.language = trial_.lists[0].settings.language;
        is_told_in_part_ = talk_.one_in(3);
        trial_.user_id = talk_.one_in(2) ? "ann@example.com" : "bob@example.com";
        trial_.role = talk_.one_in(2) ? "agent" : "customer";
        for (std::size_t left = 1 + talk_.below(6); left > 0; --left) utter(static_cast<int>(talk_.below(utterances_)));
        return std::move(trial_);
    }

private:
    using Kind = WindowStep::Kind;

    void utter(int utterance) {
        for (std::size_t left = 1 + talk_.below(3); left > 0; --left) {
            const std::string text = talk_.text(5);
            for (std::size_t hypotheses = talk_.below(3); hypotheses > 0; --hypotheses) {
                add(Kind::hypothesis, utterance, talk_.hypothesis_of(text));
            }
            if (!talk_.one_in(8)) add(Kind::final_words, utterance, text);
        }
        if (!talk_.one_in(3)) add(talk_.one_in(4) ? Kind::end_as_it_stands : Kind::end, utterance, "");
        if (talk_.one_in(4)) add(Kind::add_list, 0, "");
    }

    void add(Kind kind, int utterance, std::string text) {
        constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
        now_ += 0.25 * static_cast<double>(talk_.below(3));
        if (talk_.one_in(10)) now_ += 0.25 * static_cast<double>(talk_.below(48));
        trial_.steps.push_back({kind, utterance, std::move(text), with_times_ ? now_ : unknown,
                                with_times_ ? now_ + 0.25 * static_cast<double>(talk_.below(4)) : unknown,
                                !(is_told_in_part_ && talk_.one_in(2))});
    }

    RandomTalk talk_;
    std::size_t utterances_;
    bool with_times_;
    bool is_told_in_part_ = false;
    double now_ = 0;
    WindowTrial trial_;
};

void check_windows(std::uint64_t seed, std::uint64_t count, int utterances, bool with_times) {
    std::size_t hits = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        const WindowTrial trial = RandomWindow(seed + i, utterances, with_times).make();
        const std::string problem = run_window_trial(trial, &hits);
        if (problem.empty()) continue;
        const WindowTrial small = shrink(trial);
        FAIL() << "seed " << seed + i << ": " << problem << "\nshrunken: " << run_window_trial(small) << '\n'
               << describe(small);
    }
    EXPECT_GT(hits, count) << "too little was heard for the test to mean something";
}

TEST(SpeakerWindowLaw, one_utterance_at_a_time) {
    check_windows(1'000'000, 500 * k_effort, 1, false);
}

TEST(SpeakerWindowLaw, one_utterance_at_a_time_with_pauses_and_cooldowns) {
    check_windows(2'000'000, 500 * k_effort, 1, true);
}

TEST(SpeakerWindowLaw, several_open_utterances) {
    check_windows(3'000'000, 500 * k_effort, 3, false);
}

TEST(SpeakerWindowLaw, several_open_utterances_with_pauses_and_cooldowns) {
    check_windows(4'000'000, 500 * k_effort, 3, true);
}

}  // namespace
}  // namespace earshot::support
