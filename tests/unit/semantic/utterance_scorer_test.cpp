#include "earshot/semantic/utterance_scorer.hpp"

#include "earshot/semantic/plain_text.hpp"
#include "earshot/semantic/static_vectors.hpp"

#include "toy_meaning.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

namespace earshot::semantic {
namespace {

constexpr std::size_t k_table_dimensions = 40;  // no multiple of the lanes in which products are summed
constexpr std::size_t k_model_dimensions = 48;
constexpr std::size_t k_talk_words = 30;

/// A vocabulary of whole words and a table of random rows for them: a world small enough to know all of it.
class World {
public:
    World() {
        std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n";
        for (std::size_t t = 0; t < 6; ++t) {
            for (int i = 0; i < 4; ++i) vocabulary += "own" + std::to_string(t) + "x" + std::to_string(i) + "\n";
        }
        for (int i = 0; i < 9; ++i) vocabulary += "common" + std::to_string(i) + "\n";
        for (std::size_t i = 0; i < k_talk_words; ++i) vocabulary += "talk" + std::to_string(i) + "\n";
        pieces = std::make_unique<WordPieces>(WordPieces::parse(vocabulary).value());
        std::mt19937 random(1);
        std::vector<float> rows;
        for (std::size_t i = 0; i < pieces->size() * k_table_dimensions; ++i) {
            rows.push_back(static_cast<float>(random() % 2001) / 1000 - 1);
        }
        table = std::make_unique<StaticTable>(
            StaticTable::parse(StaticTable::serialise("toy", k_table_dimensions, rows)).value());
    }

    HeardList hear(const detect::TrackerListDefinition& definition, std::uint32_t slot, bool with_model = true) const {
        HeardList list{slot, nullptr, std::make_shared<const ListMeaning>(toy::meaning(definition))};
        const auto& groups = list.meaning->groups;
        std::optional<FittedStage> full;
        if (with_model) full = toy::fit(groups, k_model_dimensions);
        const std::vector<float> phrases = static_vectors(groups->phrases(), *pieces, *table);
        const std::vector<float> background =
            static_vectors(std::vector<std::string>{"talk1 talk2", "talk3"}, *pieces, *table);
        StageFit by_table(groups, k_table_dimensions, phrases, background);
        while (by_table.step()) {
        }
        list.fitted = std::make_shared<const FittedList>(groups, by_table.take(), std::move(full));
        return list;
    }

    std::unique_ptr<WordPieces> pieces;
    std::unique_ptr<StaticTable> table;
};

const World& world() {
    static const World world;
    return world;
}

/// What is said: mostly talk, and now and then a phrase of a tracker, with some of its words changed.
std::string random_utterance(std::mt19937_64& random, const toy::Vocabularies& vocabularies) {
    std::string text;
    for (std::size_t i = 0; i < 1 + random() % 8; ++i) {
        const auto& vocabulary = vocabularies[random() % vocabularies.size()];
        if (random() % 3 == 0) text += vocabulary[random() % vocabulary.size()] + ", ";
        for (std::size_t w = random() % 6; w > 0; --w) text += "Talk" + std::to_string(random() % k_talk_words) + " ";
    }
    return text + "common" + std::to_string(random() % 9) + ".";
}

text::WordList words_of(const std::string& text) {
    text::Tokenizer tokenizer;
    return tokenizer.words_of(text);
}

void give_all(UtteranceScorer& scorer) {
    for (std::size_t i = 0; i < scorer.asked().size(); ++i) {
        scorer.give(i, toy::vector_of(scorer.asked()[i].text, k_model_dimensions));
    }
}

using Told = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>;  // list, tracker, window

std::map<Told, double> scores_of(const std::vector<HeardWindow>& heard) {
    std::map<Told, double> scores;
    for (const HeardWindow& h : heard) {
        const Told key{h.verdict.list, h.verdict.tracker, h.window.first_word, h.window.last_word};
        EXPECT_TRUE(scores.emplace(key, h.verdict.score).second) << "told twice";
    }
    return scores;
}

double product(const FittedStage& stage, std::uint32_t group, std::span<const float> vector) {
    double sum = static_cast<double>(stage.biases[group]);
    for (std::size_t i = 0; i < stage.dimensions; ++i) {
        sum += static_cast<double>(stage.weights[group * stage.dimensions + i]) * static_cast<double>(vector[i]);
    }
    return sum;
}

/// The same by the definition: every window by itself, in double precision.
std::map<Told, double> naive_scores(const text::WordList& words, const std::vector<HeardList>& lists, bool evaluated,
                                    double gate_margin = k_gate_margin) {
    std::map<Told, double> scores;
    for (const HeardList& list : lists) {
        for (const Window& window : windows_of(static_cast<std::uint32_t>(words.words.size()))) {
            std::string text;
            append_plain_text(words, window, text);
            const auto by_table = static_vectors(std::vector<std::string>{text}, *world().pieces, *world().table);
            const auto by_model = toy::vector_of(text, k_model_dimensions);
            const bool is_full = evaluated && list.fitted->has(Stage::full);
            double gate = -1e300;
            std::map<std::uint32_t, double> told;
            for (const ListeningTracker& tracker : list.meaning->trackers) {
                const double by_static = product(list.fitted->heads(Stage::static_table), tracker.group, by_table);
                gate = std::max(
                    gate, by_static - list.fitted->raw_score(Stage::static_table, tracker.group, tracker.threshold));
                double raw = by_static;
                if (is_full) raw = 0.5 * raw + product(list.fitted->heads(Stage::full), tracker.group, by_model);
                const double score =
                    list.fitted->told_score(is_full ? Stage::full : Stage::static_table, tracker.group, raw);
                if (score >= tracker.threshold) told[tracker.tracker] = score;
            }
            if (list.fitted->has(Stage::full) && gate < -gate_margin) continue;
            for (const auto& [tracker, score] : told) {
                scores[{list.slot, tracker, window.first_word, window.last_word}] = score;
            }
        }
    }
    return scores;
}

void expect_near(const std::map<Told, double>& got, const std::map<Told, double>& expected, std::uint64_t seed) {
    EXPECT_EQ(got.size(), expected.size()) << seed;
    for (const auto& [key, score] : expected) {
        ASSERT_TRUE(got.contains(key)) << seed;
        EXPECT_NEAR(got.at(key), score, 1e-4) << seed;
    }
}

class UtteranceScorerTest : public testing::Test {
protected:
    const toy::Vocabularies vocabularies = toy::random_vocabularies(11, 6);
    const detect::TrackerListDefinition definition = toy::definition_of(vocabularies);
    const std::vector<HeardList> lists{world().hear(definition, 3),
                                       world().hear(toy::definition_of({vocabularies[2]}), 5),
                                       world().hear(toy::definition_of({vocabularies[4], vocabularies[1]}), 0, false)};
    UtteranceScorer scorer{*world().pieces, *world().table};
};

TEST_F(UtteranceScorerTest, TellsWhatTheDefinitionTells) {
    std::size_t heard = 0;
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        std::mt19937_64 random(seed);
        const text::WordList words = words_of(random_utterance(random, vocabularies));
        scorer.begin(words, lists);
        expect_near(scores_of(scorer.tell()), naive_scores(words, lists, false), seed);
        give_all(scorer);
        expect_near(scores_of(scorer.tell()), naive_scores(words, lists, true), seed);
        EXPECT_EQ(scorer.not_evaluated(), 0U);
        heard += scorer.tell().size();
    }
    EXPECT_GT(heard, 200U);
}

TEST_F(UtteranceScorerTest, AnswersDependOnNoOrderOfVectorsAndNoOtherList) {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        std::mt19937_64 random(seed);
        const text::WordList words = words_of(random_utterance(random, vocabularies));
        scorer.begin(words, lists);
        give_all(scorer);
        const auto expected = scores_of(scorer.tell());

        UtteranceScorer other(*world().pieces, *world().table);
        other.begin(words, lists);
        std::vector<std::size_t> order(other.asked().size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
        std::shuffle(order.begin(), order.end(), random);
        for (const std::size_t i : order) other.give(i, toy::vector_of(other.asked()[i].text, k_model_dimensions));
        EXPECT_EQ(scores_of(other.tell()), expected) << seed;

        std::map<Told, double> one_by_one;
        for (const HeardList& list : lists) {
            other.begin(words, std::vector<HeardList>{list});
            give_all(other);
            one_by_one.merge(scores_of(other.tell()));
        }
        EXPECT_EQ(one_by_one, expected) << seed;
    }
}

TEST_F(UtteranceScorerTest, AWindowWithoutItsVectorIsJudgedByTheStaticStageAlone) {
    std::size_t missing = 0;
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        std::mt19937_64 random(seed);
        const text::WordList words = words_of(random_utterance(random, vocabularies));
        scorer.begin(words, lists);
        const auto all_static = scores_of(scorer.tell());
        give_all(scorer);
        const auto all_full = scores_of(scorer.tell());

        scorer.begin(words, lists);
        std::set<std::pair<std::uint32_t, std::uint32_t>> given;
        for (std::size_t i = 0; i < scorer.asked().size(); i += 2) {
            scorer.give(i, toy::vector_of(scorer.asked()[i].text, k_model_dimensions));
            given.insert({scorer.asked()[i].window.first_word, scorer.asked()[i].window.last_word});
        }
        EXPECT_EQ(scorer.not_evaluated(), scorer.asked().size() / 2);
        missing += scorer.not_evaluated();
        const auto is_given = [&](const Told& key) { return given.contains({std::get<2>(key), std::get<3>(key)}); };
        std::map<Told, double> expected;
        for (const auto& item : all_full) {
            if (is_given(item.first)) expected.insert(item);
        }
        for (const auto& item : all_static) {
            if (!is_given(item.first)) expected.insert(item);
        }
        EXPECT_EQ(scores_of(scorer.tell()), expected) << seed;
    }
    EXPECT_GT(missing, 30U);
}

TEST_F(UtteranceScorerTest, ASecondVectorChangesNothing) {
    scorer.begin(words_of(vocabularies[0][0]), lists);
    give_all(scorer);
    const auto before = scores_of(scorer.tell());
    for (std::size_t i = 0; i < scorer.asked().size(); ++i) scorer.give(i, toy::vector_of("else", k_model_dimensions));
    EXPECT_EQ(scores_of(scorer.tell()), before);
}

TEST_F(UtteranceScorerTest, AListInAnotherOrderHearsTheSame) {
    detect::TrackerListDefinition reversed = definition;
    std::reverse(reversed.trackers.begin(), reversed.trackers.end());
    for (auto& tracker : reversed.trackers) std::reverse(tracker.vocabulary.begin(), tracker.vocabulary.end());
    HeardList turned = lists[0];  // the same heads under another overlay
    turned.meaning = std::make_shared<const ListMeaning>(toy::meaning(reversed));
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        std::mt19937_64 random(seed);
        const text::WordList words = words_of(random_utterance(random, vocabularies));
        const auto hear = [&](const HeardList& list, const detect::TrackerListDefinition& of) {
            scorer.begin(words, std::vector<HeardList>{list});
            give_all(scorer);
            std::map<std::tuple<std::string, std::string, std::uint32_t, std::uint32_t>, double> heard;
            for (const HeardWindow& h : scorer.tell()) {
                const auto& tracker = of.trackers[h.verdict.tracker];
                heard[{tracker.id, tracker.vocabulary[h.verdict.phrase], h.window.first_word, h.window.last_word}] =
                    h.verdict.score;
            }
            return heard;
        };
        EXPECT_EQ(hear(turned, reversed), hear(lists[0], definition)) << seed;
    }
}

TEST_F(UtteranceScorerTest, LetterCaseAndPunctuationChangeNothing) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        std::mt19937_64 random(seed);
        const std::string text = random_utterance(random, vocabularies);
        text::Tokenizer tokenizer;
        scorer.begin(words_of(text), lists);
        give_all(scorer);
        const auto expected = scores_of(scorer.tell());
        scorer.begin(words_of(plain_text(text, tokenizer)), lists);
        give_all(scorer);
        EXPECT_EQ(scores_of(scorer.tell()), expected);
    }
}

TEST_F(UtteranceScorerTest, SpansPhrasesAndPartsFitTheScore) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        std::mt19937_64 random(seed);
        scorer.begin(words_of(random_utterance(random, vocabularies)), lists);
        if (seed % 2 == 0) give_all(scorer);
        for (const HeardWindow& h : scorer.tell()) {
            const HeardList& list =
                *std::find_if(lists.begin(), lists.end(), [&](const auto& l) { return l.slot == h.verdict.list; });
            EXPECT_GE(h.verdict.first_word, h.window.first_word);
            EXPECT_LE(h.verdict.last_word, h.window.last_word);
            const bool one_word = h.window.first_word == h.window.last_word;
            EXPECT_GE(h.verdict.last_word - h.verdict.first_word, one_word ? 0U : 1U);
            const auto& trackers = list.meaning->trackers;
            const auto tracker = std::find_if(trackers.begin(), trackers.end(),
                                              [&](const auto& t) { return t.tracker == h.verdict.tracker; });
            ASSERT_NE(tracker, trackers.end());
            EXPECT_EQ(h.stage == Stage::full, h.model.has_value());
            const double raw = h.model ? *h.model + k_static_share * h.static_table : h.static_table;
            EXPECT_NEAR(list.fitted->told_score(h.stage, tracker->group, raw), h.verdict.score, 1e-9);
            EXPECT_EQ(list.fitted->shift(h.stage, tracker->group), h.shift);
            EXPECT_EQ(h.runner_up.has_value(), trackers.size() > 1);
            EXPECT_NE(h.runner_up.value_or(HeardWindow::RunnerUp{0xFFFF, 0}).tracker, h.verdict.tracker);
        }
    }
}

TEST_F(UtteranceScorerTest, APhraseItselfIsItsNearestPhrase) {
    for (std::size_t t = 0; t < vocabularies.size(); ++t) {
        for (const std::string& phrase : vocabularies[t]) {
            for (const bool evaluated : {true, false}) {
                scorer.begin(words_of(phrase), std::span(lists).first(1));
                if (evaluated) give_all(scorer);
                for (const HeardWindow& h : scorer.tell()) {
                    if (h.verdict.tracker != t) continue;
                    EXPECT_EQ(vocabularies[t][h.verdict.phrase], phrase);
                    EXPECT_NEAR(h.nearest_cosine, 1, 0.01);
                }
            }
        }
    }
}

TEST_F(UtteranceScorerTest, TheRunnerUpIsTheBestOfTheOthers) {
    UtteranceScorer all(*world().pieces, *world().table, {k_gate_margin, Telling::best_score});
    const text::WordList words = words_of(vocabularies[0][0]);  // short: one window
    ASSERT_EQ(windows_of(static_cast<std::uint32_t>(words.words.size())).size(), 1U);
    all.begin(words, std::span(lists).first(1));
    give_all(all);
    const std::vector<HeardWindow> heard = all.tell();
    ASSERT_EQ(heard.size(), vocabularies.size());
    for (const HeardWindow& h : heard) {
        double best = 0;
        for (const HeardWindow& other : heard) {
            if (other.verdict.tracker != h.verdict.tracker) best = std::max(best, other.verdict.score);
        }
        EXPECT_EQ(h.runner_up->score, best);
        EXPECT_EQ(heard[h.runner_up->tracker].verdict.score, best);
    }
}

TEST_F(UtteranceScorerTest, BestScoresAreThoseOfTheBestWindowsAndAskForAll) {
    UtteranceScorer all(*world().pieces, *world().table, {k_gate_margin, Telling::best_score});
    detect::TrackerListDefinition lenient = definition;
    lenient.settings.threshold = 0;
    const std::vector<HeardList> every{world().hear(lenient, 3)};
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        std::mt19937_64 random(seed);
        const text::WordList words = words_of(random_utterance(random, vocabularies));
        all.begin(words, std::span(lists).first(1));
        EXPECT_EQ(all.asked().size(), all.windows());
        give_all(all);
        std::map<std::uint32_t, double> best;
        for (const auto& [key, score] : naive_scores(words, every, true)) {
            double& of_tracker = best[std::get<1>(key)];
            of_tracker = std::max(of_tracker, score);
        }
        const std::vector<HeardWindow> heard = all.tell();
        ASSERT_EQ(heard.size(), best.size());
        for (const HeardWindow& h : heard) EXPECT_NEAR(h.verdict.score, best.at(h.verdict.tracker), 1e-4);
    }
}

// A higher threshold hears less, and what it hears was heard before.
TEST_F(UtteranceScorerTest, ThresholdsNest) {
    std::map<Told, double> before;
    std::vector<std::size_t> sizes;
    std::mt19937_64 random(1);
    std::string text;
    for (int i = 0; i < 10; ++i) text += random_utterance(random, vocabularies) + " ";
    for (const double threshold : {0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0}) {
        detect::TrackerListDefinition strict = definition;
        strict.settings.threshold = threshold;
        HeardList list = lists[0];
        list.meaning = std::make_shared<const ListMeaning>(toy::meaning(strict));
        scorer.begin(words_of(text), std::vector<HeardList>{list});
        give_all(scorer);
        const auto scores = scores_of(scorer.tell());
        for (const auto& [key, score] : scores) {
            EXPECT_GE(score, threshold);
            EXPECT_TRUE(sizes.empty() || before.contains(key));
        }
        sizes.push_back(scores.size());
        before = scores;
    }
    EXPECT_GT(sizes.front(), sizes[2]);
    EXPECT_EQ(sizes.back(), 0U);
}

TEST_F(UtteranceScorerTest, TheGateTellsHowFarTheBestTrackerIsAbove) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        std::mt19937_64 random(seed);
        const text::WordList words = words_of(random_utterance(random, vocabularies));
        scorer.begin(words, lists);
        for (const AskedWindow& asked : scorer.asked()) {
            EXPECT_GE(static_cast<double>(asked.gate), -k_gate_margin - 1e-4);
            std::string text;
            append_plain_text(words, asked.window, text);
            EXPECT_EQ(asked.text, text);
        }
        const std::size_t wide = scorer.asked().size();
        UtteranceScorer narrow(*world().pieces, *world().table, {0.5, Telling::heard});
        narrow.begin(words, lists);
        const auto over = std::count_if(scorer.asked().begin(), scorer.asked().end(),
                                        [](const AskedWindow& asked) { return asked.gate >= -0.5F; });
        EXPECT_EQ(narrow.asked().size(), static_cast<std::size_t>(over)) << wide;
    }
}

TEST_F(UtteranceScorerTest, NothingIsHeardInNothingNorByNoList) {
    scorer.begin({}, lists);
    EXPECT_TRUE(scorer.tell().empty());
    scorer.begin(words_of(vocabularies[0][0]), {});
    EXPECT_TRUE(scorer.tell().empty());
    EXPECT_TRUE(scorer.asked().empty());
    scorer.begin(words_of(vocabularies[0][0]), std::vector<HeardList>{world().hear({}, 0)});
    EXPECT_TRUE(scorer.tell().empty());
}

}  // namespace
}  // namespace earshot::semantic
