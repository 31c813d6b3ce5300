#include "earshot/meaning/semantic_scorer.hpp"

#include "unit/meaning/toy_instruments.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <random>
#include <thread>
#include <tuple>

namespace earshot::meaning {
namespace {

using List = std::shared_ptr<const detect::TrackerList>;
using detect::Opinion;

auto key(const detect::Verdict& verdict) {
    return std::tuple(verdict.list, verdict.tracker, verdict.phrase, verdict.first_word, verdict.last_word,
                      verdict.known_word, verdict.score);
}

bool are_equal(const Opinion& a, const Opinion& b) {
    return std::equal(a.verdicts.begin(), a.verdicts.end(), b.verdicts.begin(), b.verdicts.end(),
                      [](const auto& x, const auto& y) { return key(x) == key(y); });
}

class SemanticScorerTest : public testing::Test {
protected:
    void start(const SemanticScorerOptions& options = {}) {
        fitter_.emplace(instruments_, nullptr);
        scorer_.emplace(instruments_, *fitter_, options);
    }

    void prepare(const List& list) {
        std::promise<void> ready;
        scorer_->prepare(list, [&] { ready.set_value(); });
        ready.get_future().wait();
    }

    std::future<Opinion> ask(const std::string& text, const List& list, bool is_open = false, bool is_patient = false) {
        auto answer = std::make_shared<std::promise<Opinion>>();
        auto future = answer->get_future();
        session::Score question;
        question.text = text;
        question.is_open = is_open;
        question.is_patient = is_patient;
        question.lists = {nullptr, list};
        scorer_->score(std::move(question), [answer](Opinion opinion) { answer->set_value(std::move(opinion)); });
        return future;
    }

    /// Answers every window that comes, at once.
    void answer_at_once() {
        windows_.on_submit(nullptr);
        is_answering_ = true;
        answering_ = std::thread([this] {
            while (is_answering_) {
                answer(windows_.take());
                std::this_thread::yield();
            }
        });
    }

    static void answer(const std::vector<std::pair<std::string, semantic::WindowEncoder::Answer>>& windows) {
        for (const auto& [text, tell] : windows) tell(semantic::toy::vector_of(text, toy::k_model_dimensions));
    }

    void TearDown() override {
        is_answering_ = false;
        if (answering_.joinable()) answering_.join();
    }

    toy::ToyEncoder encoder_;
    toy::ToyWindows windows_;
    Instruments instruments_{toy::pieces(), toy::table(), "table", &encoder_, &windows_};
    std::optional<Fitter> fitter_;
    std::optional<SemanticScorer> scorer_;
    std::atomic<bool> is_answering_ = false;
    std::thread answering_;
};

TEST_F(SemanticScorerTest, hears_a_phrase_in_other_words_and_says_why) {
    start();
    const List list = toy::money_and_end();
    prepare(list);
    answer_at_once();
    const Opinion opinion = ask("please the price of this money", list).get();
    ASSERT_FALSE(opinion.verdicts.empty());
    const auto best = std::max_element(opinion.verdicts.begin(), opinion.verdicts.end(),
                                       [](const auto& a, const auto& b) { return a.score < b.score; });
    EXPECT_EQ(best->list, 1U);
    EXPECT_EQ(best->tracker, 0U);
    EXPECT_GE(best->score, 0.5);
    EXPECT_LE(best->last_word, best->known_word);
    ASSERT_NE(best->explanation, nullptr);
    EXPECT_EQ(best->explanation->nearest, list->tracker(0).vocabulary[best->phrase]);
    EXPECT_EQ(best->explanation->window, "please the price of this money");
    EXPECT_TRUE(opinion.not_evaluated.empty());
    EXPECT_TRUE(ask("weather lovely dog house green", list).get().verdicts.empty());
}

TEST_F(SemanticScorerTest, every_question_is_answered_once_whoever_asks) {
    SemanticScorerOptions options;
    options.threads = 2;
    start(options);
    const List list = toy::money_and_end();
    prepare(list);
    answer_at_once();
    std::vector<std::string> texts;
    std::mt19937_64 random(11);
    for (int i = 0; i < 60; ++i) {
        std::string text;
        for (std::size_t word = 0; word < random() % 14; ++word)
            text += toy::words()[random() % toy::words().size()] + " ";
        texts.push_back(text);
    }
    std::vector<Opinion> alone;
    for (const std::string& text : texts) alone.push_back(ask(text, list).get());

    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
        threads.emplace_back([&] {
            std::vector<std::future<Opinion>> answers;
            for (const std::string& text : texts) answers.push_back(ask(text, list));
            for (std::size_t i = 0; i < texts.size(); ++i)
                EXPECT_TRUE(are_equal(answers[i].get(), alone[i])) << texts[i];
        });
    }
    for (std::thread& thread : threads) thread.join();
}

TEST_F(SemanticScorerTest, who_can_wait_is_answered_as_others_are) {
    start();
    const List list = toy::money_and_end();
    prepare(list);
    answer_at_once();
    for (const std::string text : {"please the price of this money", "weather lovely dog house green", "",
                                   "now end this contract please now my dog the price of this house talk walk"}) {
        const Opinion patient = ask(text, list, false, true).get();
        EXPECT_TRUE(are_equal(patient, ask(text, list).get())) << text;
        EXPECT_TRUE(patient.not_evaluated.empty());
    }
    EXPECT_EQ(scorer_->counters().patient, 4U);
    EXPECT_EQ(scorer_->counters().utterances, 4U);
}

TEST_F(SemanticScorerTest, who_can_wait_asks_only_while_the_model_has_time_and_live_talk_comes_first) {
    start();
    const List list = toy::money_and_end();
    prepare(list);
    windows_.load_ = 0.95;  // live windows would be left out
    auto patient = ask("please the price of this money", list, false, true);
    const Opinion live = ask("pay the price of this contract", list).get();
    ASSERT_EQ(live.not_evaluated.size(), 1U);
    EXPECT_EQ(live.not_evaluated[0].reason, "overloaded");
    EXPECT_TRUE(windows_.take().empty());

    windows_.load_ = 0;
    answer_at_once();
    EXPECT_TRUE(patient.get().not_evaluated.empty());
}

TEST_F(SemanticScorerTest, who_can_wait_has_few_windows_with_the_model_at_once) {
    start();
    const List list = toy::money_and_end();
    prepare(list);
    std::promise<void> asked_enough;
    std::size_t asked = 0;  // guarded by ToyWindows' lock
    windows_.on_submit([&] {
        if (++asked == 16) asked_enough.set_value();
    });
    std::vector<std::future<Opinion>> patient;
    for (int i = 0; i < 20; ++i) patient.push_back(ask("the price of this now please pay money", list, false, true));
    asked_enough.get_future().wait();
    for (int i = 0; i < 50; ++i) (void)ask("", list).get();  // its thread goes round so often, and does not ask on
    auto windows = windows_.take();
    EXPECT_EQ(windows.size(), 16U);
    answer(windows);
    answer_at_once();
    for (auto& each : patient) EXPECT_TRUE(each.get().not_evaluated.empty());
}

TEST_F(SemanticScorerTest, a_list_that_is_not_fitted_is_not_evaluated) {
    start();
    const Opinion opinion = ask("the price of this", toy::money_and_end()).get();
    EXPECT_TRUE(opinion.verdicts.empty());
    ASSERT_EQ(opinion.not_evaluated.size(), 1U);
    EXPECT_EQ(opinion.not_evaluated[0].reason, "preparing");
    EXPECT_EQ(opinion.not_evaluated[0].windows, 1U);
}

TEST_F(SemanticScorerTest, what_the_encoder_refuses_is_judged_by_the_static_table) {
    start();
    const List list = toy::money_and_end();
    prepare(list);
    std::promise<void> is_asked;
    windows_.on_submit([&] { is_asked.set_value(); });
    auto answer = ask("the price of this", list);
    is_asked.get_future().wait();
    for (const auto& [text, tell] : windows_.take()) tell({});
    const Opinion opinion = answer.get();
    EXPECT_FALSE(opinion.verdicts.empty());
    ASSERT_EQ(opinion.not_evaluated.size(), 1U);
    EXPECT_EQ(opinion.not_evaluated[0].reason, "overloaded");
}

TEST_F(SemanticScorerTest, an_encoder_with_too_much_to_do_is_not_asked) {
    windows_.load_ = 1;
    start();
    const List list = toy::money_and_end();
    prepare(list);
    const Opinion opinion = ask("the price of this", list).get();
    EXPECT_FALSE(opinion.verdicts.empty());
    EXPECT_TRUE(windows_.take().empty());
    EXPECT_EQ(scorer_->counters().left_out, 1U);
}

TEST_F(SemanticScorerTest, a_list_for_which_the_model_failed_is_heard_by_the_static_table_and_that_is_said) {
    encoder_.fails_ = true;
    start();
    const List list = toy::money_and_end();
    prepare(list);
    const Opinion opinion = ask("the price of this", list).get();
    EXPECT_FALSE(opinion.verdicts.empty());
    ASSERT_EQ(opinion.not_evaluated.size(), 1U);
    EXPECT_EQ(opinion.not_evaluated[0].reason, "failed");
    EXPECT_EQ(opinion.not_evaluated[0].windows, 1U);
}

// An encoder that has room for so many windows gets those that are nearest to being heard.
TEST_F(SemanticScorerTest, one_long_utterance_is_cut_by_its_gates_and_not_by_its_order) {
    start();
    const List list = toy::money_and_end();
    prepare(list);
    const std::string dull = "weather lovely dog house green blue walk talk ";
    const std::string text = dull + dull + dull + "please the price of this money now " + dull + dull;
    std::vector<std::string> all;
    {
        auto answer = ask(text, list);
        while (answer.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
            auto windows = windows_.take();
            for (const auto& [window, tell] : windows) all.push_back(window);
            SemanticScorerTest::answer(windows);
            std::this_thread::yield();
        }
    }
    ASSERT_GT(all.size(), 2U);
    EXPECT_NE(all.front().find("price of this money"), std::string::npos) << all.front();

    // Full after the first one.
    windows_.on_submit([this] { windows_.load_ = 1; });
    auto answer = ask(text, list);
    std::vector<std::pair<std::string, semantic::WindowEncoder::Answer>> asked;
    while (asked.empty()) asked = windows_.take();
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(asked.front().first, all.front());
    SemanticScorerTest::answer(asked);
    const Opinion opinion = answer.get();
    ASSERT_EQ(opinion.not_evaluated.size(), 1U);
    EXPECT_EQ(opinion.not_evaluated[0].windows, all.size() - 1);
    EXPECT_EQ(scorer_->counters().left_out, all.size() - 1);
}

TEST_F(SemanticScorerTest, what_has_waited_for_too_long_is_not_scored) {
    SemanticScorerOptions options;
    options.patience = std::chrono::seconds(-1);
    start(options);
    const List list = toy::money_and_end();
    prepare(list);
    const Opinion ended = ask("the price of this", list).get();
    EXPECT_TRUE(ended.is_refused);
    ASSERT_EQ(ended.not_evaluated.size(), 1U);
    EXPECT_EQ(ended.not_evaluated[0].reason, "overloaded");
    const Opinion open = ask("the price of this", list, true).get();
    EXPECT_TRUE(open.is_refused);
    EXPECT_TRUE(open.not_evaluated.empty());
    EXPECT_EQ(scorer_->counters().late, 2U);
}

TEST_F(SemanticScorerTest, a_threshold_that_everything_meets_tells_the_best_windows_alone) {
    detect::TrackerListDefinition definition =
        semantic::toy::definition_of({{"the price of this", "pay money"}, {"cancel my contract"}});
    definition.settings.threshold = 0;
    const List list = semantic::toy::compile(definition);
    start();
    prepare(list);
    answer_at_once();
    std::string text;
    for (int i = 0; i < 400; ++i) text += toy::words()[static_cast<std::size_t>(i * 7) % toy::words().size()] + " ";
    const Opinion opinion = ask(text, list).get();
    EXPECT_EQ(opinion.verdicts.size(), 2U * 24);
}

TEST_F(SemanticScorerTest, an_open_utterance_is_judged_without_the_encoder) {
    start();
    const List list = toy::money_and_end();
    prepare(list);
    const Opinion opinion = ask("the price of this", list, true).get();
    EXPECT_FALSE(opinion.verdicts.empty());
    EXPECT_TRUE(opinion.not_evaluated.empty());
    EXPECT_TRUE(windows_.take().empty());
    EXPECT_EQ(scorer_->counters().open, 1U);
}

TEST_F(SemanticScorerTest, of_an_open_utterance_the_encoder_gets_what_is_settled) {
    SemanticScorerOptions options;
    options.encodes_open = true;
    start(options);
    const List list = toy::money_and_end();
    prepare(list);
    const std::string settled = "the price of this money";
    std::promise<Opinion> answer;
    session::Score question;
    question.text = settled + " please now the cost";
    question.settled_bytes = settled.size();
    question.is_open = true;
    question.lists = {list};
    std::promise<void> is_asked;
    windows_.on_submit([&] { is_asked.set_value(); });
    scorer_->score(std::move(question), [&](Opinion opinion) { answer.set_value(std::move(opinion)); });
    is_asked.get_future().wait();
    const auto windows = windows_.take();
    ASSERT_EQ(windows.size(), 1U);
    EXPECT_EQ(windows.front().first, settled);
    SemanticScorerTest::answer(windows);
    EXPECT_TRUE(answer.get_future().get().not_evaluated.empty());
}

TEST_F(SemanticScorerTest, what_is_beyond_the_queue_is_refused_at_once) {
    SemanticScorerOptions options;
    options.queue = 0;
    start(options);
    const Opinion opinion = ask("the price of this", toy::money_and_end()).get();
    ASSERT_EQ(opinion.not_evaluated.size(), 1U);
    EXPECT_EQ(opinion.not_evaluated[0].reason, "overloaded");
    EXPECT_EQ(scorer_->counters().refused, 1U);
}

}  // namespace
}  // namespace earshot::meaning
