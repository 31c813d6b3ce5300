// The law of the contract: however utterances are cut into chunks and their hypotheses rewritten, the confirmed hits
// are those that plain nested loops hear in the whole final texts; and what is told on the way adds up.
#include "earshot/detect/batch_detector.hpp"
#include "earshot/text/utf8.hpp"

#include "support/call_trial.hpp"
#include "support/counting_ids.hpp"
#include "support/oracle.hpp"
#include "support/random_talk.hpp"
#include "support/window_trial.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace earshot::support {
namespace {

// EARSHOT_EFFORT multiplies the number of cases, for a long run.
std::uint64_t effort() {
#if defined(__SANITIZE_ADDRESS__)
    constexpr std::uint64_t usual = 1;
#else
    constexpr std::uint64_t usual = 3;
#endif
    const char* more = std::getenv("EARSHOT_EFFORT");
    return more ? usual * std::strtoull(more, nullptr, 10) : usual;
}

const std::uint64_t k_effort = effort();

// ---- One speaker, step by step ----

struct WindowKind {
    std::size_t utterances = 1;
    bool has_times = false;
    bool has_changes = false;  // of trackers, all the time; else a second list may come once
};

class RandomWindow {
public:
    RandomWindow(std::uint64_t seed, const WindowKind& kind)
        : talk_(seed), utterances_(kind.utterances), with_times_(kind.has_times), has_changes_(kind.has_changes) {}

    WindowTrial make() {
        trial_.lists.push_back(talk_.list(with_times_));
        if (talk_.one_in(5)) add_second_list();
        is_told_in_part_ = talk_.one_in(3);
        trial_.user_id = talk_.one_in(2) ? "ann@example.com" : "bob@example.com";
        trial_.role = talk_.one_in(2) ? "agent" : "customer";
        for (std::size_t left = 1 + talk_.below(6); left > 0; --left) utter(static_cast<int>(talk_.below(utterances_)));
        return std::move(trial_);
    }

private:
    using Kind = WindowStep::Kind;

    void add_second_list() {
        trial_.lists.push_back(talk_.list(with_times_));
        trial_.lists[1].settings.language = trial_.lists[0].settings.language;
        for (detect::TrackerDefinition& tracker : trial_.lists[1].trackers) tracker.id = "other " + tracker.id;
    }

    void utter(int utterance) {
        for (std::size_t left = 1 + talk_.below(3); left > 0; --left) {
            const std::string text = talk_.text(5);
            for (std::size_t hypotheses = talk_.below(3); hypotheses > 0; --hypotheses) {
                add(Kind::hypothesis, utterance, talk_.hypothesis_of(text));
                if (has_changes_ && talk_.one_in(8)) change();
            }
            if (!talk_.one_in(8)) add(Kind::final_words, utterance, text);
            if (has_changes_ && talk_.one_in(5)) change();
        }
        if (!talk_.one_in(3)) add(talk_.one_in(4) ? Kind::end_as_it_stands : Kind::end, utterance, "");
        if (has_changes_ ? talk_.one_in(2) : talk_.one_in(4)) change();
    }

    void change() {
        if (!has_changes_ && (has_changed_ || trial_.lists.size() < 2)) return;
        add(Kind::change, 0, "");
        WindowStep& step = trial_.steps.back();
        step.slot = has_changes_ ? talk_.below(3) : 1;
        step.list = has_changes_ ? next_list(step.slot) : 1;
        has_changed_ = true;
    }

    // Mostly a neighbour of what is in the slot now, or of what another one has: those share ids.
    std::optional<std::size_t> next_list(std::size_t slot) {
        if (talk_.one_in(7)) return in_slots_[slot] = std::nullopt;
        const auto from = talk_.one_in(4) ? in_slots_[talk_.below(3)] : in_slots_[slot];
        trial_.lists.push_back(talk_.one_in(10) ? trial_.lists[from.value_or(0)]
                                                : talk_.changed(trial_.lists[from.value_or(0)], with_times_));
        return in_slots_[slot] = trial_.lists.size() - 1;
    }

    void add(Kind kind, int utterance, std::string text) {
        constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
        now_ += 0.25 * static_cast<double>(talk_.below(3));
        if (talk_.one_in(10)) now_ += 0.25 * static_cast<double>(talk_.below(48));
        trial_.steps.push_back({kind, utterance, std::move(text), with_times_ ? now_ : unknown,
                                with_times_ ? now_ + 0.25 * static_cast<double>(talk_.below(4)) : unknown,
                                !(is_told_in_part_ && talk_.one_in(2)), 0, std::nullopt});
    }

    RandomTalk talk_;
    std::size_t utterances_;
    bool with_times_;
    bool has_changes_;
    bool has_changed_ = false;
    bool is_told_in_part_ = false;
    std::array<std::optional<std::size_t>, 3> in_slots_{0, std::nullopt, std::nullopt};
    double now_ = 0;
    WindowTrial trial_;
};

void check_windows(std::uint64_t seed, std::uint64_t count, const WindowKind& kind) {
    std::size_t hits = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        const WindowTrial trial = RandomWindow(seed + i, kind).make();
        const std::string problem = run_window_trial(trial, &hits);
        if (problem.empty()) continue;
        const WindowTrial small = shrink(trial);
        FAIL() << "seed " << seed + i << ": " << problem << "\nshrunken: " << run_window_trial(small) << '\n'
               << describe(small);
    }
    EXPECT_GT(hits, count) << "too little was heard for the test to mean something";
}

TEST(SpeakerWindowLaw, one_utterance_at_a_time) {
    check_windows(1'000'000, 500 * k_effort, {1, false, false});
}

TEST(SpeakerWindowLaw, one_utterance_at_a_time_with_pauses_and_cooldowns) {
    check_windows(2'000'000, 500 * k_effort, {1, true, false});
}

TEST(SpeakerWindowLaw, several_open_utterances) {
    check_windows(3'000'000, 500 * k_effort, {3, false, false});
}

TEST(SpeakerWindowLaw, several_open_utterances_with_pauses_and_cooldowns) {
    check_windows(4'000'000, 500 * k_effort, {3, true, false});
}

TEST(TrackerChangeLaw, one_utterance_at_a_time) {
    check_windows(12'000'000, 700 * k_effort, {1, true, true});
}

TEST(TrackerChangeLaw, several_open_utterances) {
    check_windows(13'000'000, 700 * k_effort, {3, true, true});
}

TEST(TrackerChangeLaw, without_times) {
    check_windows(14'000'000, 500 * k_effort, {3, false, true});
}

// ---- Whole calls, by the conversation machine ----

struct CallKind {
    std::size_t sockets = 1;
    bool has_times = false;
    bool has_scorer = false;
    bool has_losses = false;
};

class RandomCall {
public:
    RandomCall(std::uint64_t seed, const CallKind& kind) : talk_(seed), seed_(seed), kind_(kind) {}

    CallTrial make() {
        for (std::size_t i = 0; i < kind_.sockets; ++i) trial_.starts.push_back(start(i));
        for (std::size_t i = 0; i < kind_.sockets; ++i) {
            if (i == 0 || talk_.one_in(2)) add(CallStep::Kind::join, i);
        }
        for (std::size_t left = 2 + talk_.below(8); left > 0; --left) happen();
        trial_.verdict_seed = seed_;
        for (std::size_t left = kind_.has_scorer ? 1 + talk_.below(5) : 0; left > 0; --left) {
            trial_.moods.push_back(static_cast<ScorerMood>(talk_.below(5)));
        }
        return std::move(trial_);
    }

private:
    static std::string user(std::size_t socket) {
        return socket == 0 ? "ann@example.com" : "user" + std::to_string(socket);
    }

    proto::StartRequest start(std::size_t socket) {
        proto::StartRequest start;
        start.speaker = proto::Speaker{user(socket), "", talk_.one_in(2) ? "agent" : "customer"};
        start.trackers = talk_.list(true);
        start.phrase_gap_seconds = start.trackers.settings.phrase_gap_seconds;
        start.no_connection_seconds = 300;
        if (talk_.one_in(8)) start.trackers.trackers.clear();
        if (kind_.has_scorer) {
            start.trackers.settings.tiers = detect::TierSet::all();
            if (talk_.one_in(2)) start.trackers.settings.threshold = 0.25 * static_cast<double>(talk_.below(4));
        }
        for (detect::TrackerDefinition& tracker : start.trackers.trackers) {
            tracker.id = "socket " + std::to_string(socket) + " " + tracker.id;
            start.tracker_pointers.push_back("/trackers/" + std::to_string(start.tracker_pointers.size()));
        }
        if (socket > 0) start.trackers.settings.language = trial_.starts[0].trackers.settings.language;
        start.wishes.interim_results = talk_.one_in(2);
        if (talk_.one_in(2)) start.wishes.interim_results = start.wishes.revisions = true;
        return start;
    }

    void add(CallStep::Kind kind, std::size_t socket, double seconds = 0) {
        CallStep step;
        step.kind = kind;
        step.socket = socket;
        step.seconds = seconds;
        trial_.steps.push_back(std::move(step));
        now_ += seconds;
    }

    void wait() {
        const double quarter = 0.25;
        double seconds = quarter * static_cast<double>(talk_.below(4));
        if (talk_.one_in(6)) seconds = quarter * static_cast<double>(talk_.below(60));
        if (talk_.one_in(40)) seconds = 61;
        if (seconds > 0) add(CallStep::Kind::wait, 0, seconds);
    }

    // Some pieces of one utterance, each perhaps after hypotheses; others may speak in between.
    void happen() {
        const std::size_t socket = talk_.below(kind_.sockets);
        if (talk_.one_in(6)) add(CallStep::Kind::join, socket);
        if (kind_.has_losses && talk_.one_in(4)) {
            add(talk_.one_in(2) ? CallStep::Kind::lose : CallStep::Kind::overtake, socket);
        }
        const std::string id = talk_.one_in(2) ? "" : "u" + std::to_string(talk_.below(3));
        const std::size_t who = talk_.below(3);
        for (std::size_t left = 1 + talk_.below(3); left > 0; --left) {
            const std::string text = talk_.text(5);
            for (std::size_t hypotheses = talk_.below(3); hypotheses > 0; --hypotheses) {
                speak(socket, who, id, talk_.hypothesis_of(text), false, false);
            }
            if (talk_.one_in(6)) happen_between(socket);
            if (!talk_.one_in(8)) speak(socket, who, id, text, true, left == 1 && !talk_.one_in(4));
        }
    }

    void happen_between(std::size_t socket) {
        speak(socket, talk_.below(3), talk_.one_in(2) ? "" : "u1", talk_.text(4), talk_.one_in(2), talk_.one_in(2));
    }

    void speak(std::size_t socket, std::size_t who, const std::string& id, std::string text, bool is_final, bool ends) {
        wait();
        CallStep step;
        step.socket = socket;
        step.chunk.text = std::move(text);
        step.chunk.utterance_id = id;
        step.chunk.is_final = is_final;
        step.chunk.end_of_utterance = ends;
        // A speaker speaks on one socket alone: two would measure time from two starts.
        if (who == 1) step.chunk.speaker = proto::Speaker{"", "Guest " + std::to_string(socket), "customer"};
        if (who == 2) step.chunk.speaker = proto::Speaker{"guest" + std::to_string(socket), "", "agent"};
        if (kind_.has_times && !talk_.one_in(4)) {
            step.chunk.start_time = now_ - 0.25 * static_cast<double>(talk_.below(4));
            step.chunk.end_time = *step.chunk.start_time + 0.25 * static_cast<double>(talk_.below(4));
        }
        trial_.steps.push_back(std::move(step));
    }

    RandomTalk talk_;
    std::uint64_t seed_;
    CallKind kind_;
    double now_ = 0;
    CallTrial trial_;
};

CallSummary check_calls(std::uint64_t seed, std::uint64_t count, const CallKind& kind) {
    CallSummary summary;
    for (std::uint64_t i = 0; i < count; ++i) {
        const CallTrial trial = RandomCall(seed + i, kind).make();
        const std::string problem = run_call_trial(trial, &summary);
        if (problem.empty()) continue;
        const CallTrial small = shrink(trial);
        ADD_FAILURE() << "seed " << seed + i << ": " << problem << "\nshrunken: " << run_call_trial(small) << '\n'
                      << describe(small);
        return summary;
    }
    EXPECT_GT(summary.hits, count) << "too little was heard for the test to mean something";
    EXPECT_GT(summary.interim_hits, count / 2);
    return summary;
}

TEST(ConversationLaw, one_publisher) {
    check_calls(5'000'000, 500 * k_effort, {1, false, false, false});
}

TEST(ConversationLaw, one_publisher_with_times) {
    check_calls(6'000'000, 500 * k_effort, {1, true, false, false});
}

TEST(ConversationLaw, three_publishers_that_get_lost) {
    check_calls(7'000'000, 500 * k_effort, {3, true, false, true});
}

TEST(ConversationLaw, a_scorer_that_answers_late_or_twice_or_never) {
    const CallSummary summary = check_calls(8'000'000, 500 * k_effort, {2, true, true, false});

    EXPECT_GT(summary.scored_hits, 100U);
    EXPECT_GT(summary.open_scores, 100U);
    EXPECT_GT(summary.not_evaluated, 100U);
}

// ---- The same words, cut in other ways ----

// Confirmed hits of a tracker's phrases as (phrase, begin, end) in all that was said, and the messages in their order.
struct Heard {
    std::vector<std::tuple<std::uint32_t, std::uint64_t, std::uint64_t>> hits;
    std::vector<std::string> messages;
    friend bool operator==(const Heard&, const Heard&) = default;
};

class CutTalk {
public:
    explicit CutTalk(const detect::TrackerListDefinition& list) : window_(active_, {}, "en-US", tools_, ids_) {
        detect::PhraseSetSource sets;
        active_.put(0, *detect::TrackerList::compile(list, {}, tools_.tokenizer(), sets));
    }

    void commit(const std::string& text) { window_.commit("u", {text, {0, 0}, {}}, nullptr); }
    void end() { take(window_.end("u", nullptr)); }

    void cut_beyond(std::size_t limit) {
        while (window_.committed_bytes("u") > limit) take(window_.cut("u", limit, nullptr));
    }

    Heard heard() {
        std::sort(heard_.hits.begin(), heard_.hits.end());
        return heard_;
    }

private:
    void take(const detect::EndedUtterance& ended) {
        for (const detect::Hit& hit : ended.confirmed) heard_.hits.emplace_back(hit.phrase, hit.begin, hit.end);
        for (const detect::Message& message : ended.messages) heard_.messages.push_back(message.text);
    }

    detect::LanguageTools tools_;
    CountingIds ids_;
    detect::ActiveLists active_;
    detect::SpeakerWindow window_;
    Heard heard_;
};

TEST(CutLaw, exact_hits_do_not_depend_on_where_utterances_end) {
    std::size_t hits = 0;
    for (std::uint64_t seed = 9'000'000; seed < 9'000'000 + 300 * k_effort; ++seed) {
        RandomTalk talk(seed);
        detect::TrackerListDefinition list = talk.list(false);
        list.settings.tiers = detect::TierSet{}.insert(detect::Tier::exact);
        list.trackers.resize(1);
        list.trackers[0].exclude_vocabulary.clear();
        list.trackers[0].tiers.reset();
        list.trackers[0].speakers.clear();
        CutTalk whole(list);
        CutTalk cut(list);
        for (int left = 12; left > 0; --left) {
            const std::string piece = talk.text(3);
            if (text::trim(piece).empty()) continue;
            whole.commit(piece);
            cut.commit(piece);
            if (talk.one_in(2)) cut.end();
        }
        whole.end();
        cut.end();

        ASSERT_EQ(cut.heard().hits, whole.heard().hits) << "seed " << seed;
        hits += whole.heard().hits.size();
    }
    EXPECT_GT(hits, 500U);
}

TEST(CutLaw, long_utterances_are_cut_at_the_same_places_for_all_chunks) {
    for (std::uint64_t seed = 10'000'000; seed < 10'000'000 + 200 * k_effort; ++seed) {
        RandomTalk talk(seed);
        const detect::TrackerListDefinition list = talk.list(false);
        const std::size_t limit = 16 + talk.below(60);
        CutTalk whole(list);
        CutTalk cut(list);
        std::string all;
        for (int left = 30; left > 0; --left) {
            const std::string piece(text::trim(talk.text(4)));
            if (piece.empty()) continue;
            all += (all.empty() ? "" : " ") + piece;
            cut.commit(piece);
            cut.cut_beyond(limit);
        }
        whole.commit(all);
        whole.cut_beyond(limit);
        whole.end();
        cut.end();

        ASSERT_EQ(cut.heard().messages, whole.heard().messages)
            << "seed " << seed << ", limit " << limit << ": " << all;
        ASSERT_EQ(cut.heard().hits, whole.heard().hits) << "seed " << seed << ", limit " << limit << ": " << all;
        for (const std::string& message : cut.heard().messages) ASSERT_LE(message.size(), limit);
    }
}

// ---- Finished conversations ----

TEST(BatchDetectorLaw, hears_what_the_oracle_hears) {
    for (std::uint64_t seed = 11'000'000; seed < 11'000'000 + 300 * k_effort; ++seed) {
        RandomTalk talk(seed);
        const detect::TrackerListDefinition list = talk.list(true);
        const std::vector<std::string> names{"ann@example.com", "agent"};
        std::vector<OracleSpeaker> speakers{{names[0], "", {}}, {names[1], "", {}}};
        std::vector<detect::Turn> turns;
        std::vector<std::size_t> turn_of[2];
        double now = 0;
        for (std::size_t left = talk.below(8); left > 0; --left) {
            const std::size_t who = talk.below(2);
            const std::string said(text::trim(talk.text(6)));
            if (said.empty()) continue;
            now += 0.25 * static_cast<double>(talk.below(50));
            turns.push_back({names[who], said, {now, now + 0.5}});
            speakers[who].utterances.push_back({said, now, now + 0.5});
            turn_of[who].push_back(turns.size() - 1);
        }
        std::vector<std::tuple<std::size_t, std::size_t, std::uint32_t, std::size_t, std::uint32_t, int>> should;
        for (const OracleHit& hit : oracle_hits(std::span(&list, 1), speakers)) {
            const auto& said = speakers[hit.speaker].utterances;
            const auto utf16 = [&](const OraclePlace& place) {
                return text::utf16_length(std::string_view(said[place.utterance].text).substr(0, place.byte));
            };
            should.emplace_back(hit.phrase, turn_of[hit.speaker][hit.begin.utterance], utf16(hit.begin),
                                turn_of[hit.speaker][hit.end.utterance], utf16(hit.end), static_cast<int>(hit.tier));
        }

        detect::LanguageTools tools;
        CountingIds ids;
        detect::PhraseSetSource sets;
        detect::BatchDetector detector(*detect::TrackerList::compile(list, {}, tools.tokenizer(), sets), tools, ids);
        std::vector<std::tuple<std::size_t, std::size_t, std::uint32_t, std::size_t, std::uint32_t, int>> is;
        for (const detect::TurnHit& hit : detector.detect(turns)) {
            is.emplace_back(hit.hit.phrase, hit.start_turn, hit.start, hit.turn, hit.end,
                            static_cast<int>(hit.hit.tier));
        }

        std::sort(is.begin(), is.end());
        std::sort(should.begin(), should.end());
        ASSERT_EQ(is, should) << "seed " << seed;
    }
}

}  // namespace
}  // namespace earshot::support
