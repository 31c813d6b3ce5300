#include "earshot/meaning/semantic_scorer.hpp"

#include "unit/meaning/toy_instruments.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
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

    std::future<Opinion> ask(const std::string& text, const List& list, bool is_open = false) {
        auto answer = std::make_shared<std::promise<Opinion>>();
        auto future = answer->get_future();
        session::Score question;
        question.text = text;
        question.is_open = is_open;
        question.lists = {nullptr, list};
        scorer_->score(std::move(question), [answer](Opinion opinion) { answer->set_value(std::move(opinion)); });
        return future;
    }

    /// Answers every window that comes, at once.
    void answer_at_once() {
        windows_.on_submit_ = nullptr;
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
    windows_.on_submit_ = [&] { is_asked.set_value(); };
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
