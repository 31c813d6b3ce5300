#include "earshot/meaning/fitter.hpp"

#include "earshot/semantic/background.hpp"

#include "unit/meaning/toy_instruments.hpp"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace earshot::meaning {
namespace {

using semantic::Stage;
using List = std::shared_ptr<const detect::TrackerList>;

class FitterTest : public testing::Test {
protected:
    void start() { fitter_.emplace(instruments_, &keeper_); }

    void prepare(const List& list) {
        std::promise<void> ready;
        fitter_->prepare(list, [&] { ready.set_value(); });
        ready.get_future().wait();
    }

    /// The model stops in its `call`th call, counted from 1, until may_go_on_.
    void hold_encoder_at(int call) {
        encoder_.before_ = [this, call, calls = 0]() mutable {
            if (++calls != call) return;
            is_encoding_.set_value();
            may_go_on_.get_future().wait();
        };
    }

    std::promise<void> is_encoding_;
    std::promise<void> may_go_on_;
    toy::ToyEncoder encoder_;
    toy::ToyWindows windows_;
    Instruments instruments_{toy::pieces(), toy::table(), "table", &encoder_, &windows_};
    toy::ToyKeeper keeper_;
    std::optional<Fitter> fitter_;
};

TEST_F(FitterTest, a_list_is_fitted_by_both_stages) {
    start();
    const List list = toy::money_and_end();
    EXPECT_FALSE(fitter_->is_ready(*list));
    EXPECT_EQ(fitter_->find(*list).fitted, nullptr);
    prepare(list);
    const FittedMeaning found = fitter_->find(*list);
    ASSERT_NE(found.fitted, nullptr);
    EXPECT_TRUE(found.fitted->has(Stage::full));
    EXPECT_EQ(found.meaning->trackers.size(), 2U);
    EXPECT_TRUE(fitter_->is_ready(*list));
}

TEST_F(FitterTest, lists_of_equal_phrases_are_fitted_once) {
    start();
    const List list = toy::list_of({{"pay money"}, {"cancel my contract"}});
    const List other = toy::list_of({{"cancel my contract"}, {"pay money"}});
    prepare(list);
    const std::size_t texts = encoder_.texts_;
    prepare(other);
    EXPECT_EQ(encoder_.texts_, texts);
    EXPECT_EQ(fitter_->counters().fitted, 1U);
    EXPECT_EQ(fitter_->find(*other).fitted, fitter_->find(*list).fitted);
    EXPECT_NE(fitter_->find(*other).meaning, fitter_->find(*list).meaning) << "each has an overlay of its own";
}

TEST_F(FitterTest, what_was_fitted_outlives_a_restart) {
    start();
    prepare(toy::money_and_end());
    const std::size_t texts = encoder_.texts_;
    start();
    const List list = toy::money_and_end();
    prepare(list);
    EXPECT_EQ(encoder_.texts_, texts);
    EXPECT_EQ(fitter_->counters().from_cache, 1U);
    EXPECT_TRUE(fitter_->find(*list).fitted->has(Stage::full));

    prepare(toy::list_of({{"pay money"}, {"the price of this", "stop"}}));
    EXPECT_EQ(encoder_.texts_, texts + 1) << "but for one phrase, all vectors were kept";
}

TEST_F(FitterTest, where_the_model_fails_the_static_stage_stands) {
    encoder_.fails_ = true;
    start();
    const List list = toy::money_and_end();
    prepare(list);
    ASSERT_NE(fitter_->find(*list).fitted, nullptr);
    EXPECT_FALSE(fitter_->find(*list).fitted->has(Stage::full));
    EXPECT_EQ(fitter_->counters().failed, 1U);
}

TEST_F(FitterTest, without_a_model_the_static_stage_is_all_there_is) {
    instruments_.phrases = nullptr;
    instruments_.windows = nullptr;
    start();
    const List list = toy::money_and_end();
    prepare(list);
    EXPECT_FALSE(fitter_->find(*list).fitted->has(Stage::full));
    EXPECT_EQ(fitter_->counters().fitted, 1U);
}

TEST_F(FitterTest, what_all_lists_need_can_be_made_ahead) {
    start();
    fitter_->warm_up();
    while (keeper_.values() < semantic::background_lines().size()) std::this_thread::yield();
    const std::size_t texts = encoder_.texts_;
    EXPECT_EQ(texts, semantic::background_lines().size());

    prepare(toy::list_of({{"pay money"}}));

    EXPECT_EQ(encoder_.texts_, texts + 1);
    EXPECT_EQ(fitter_->counters().fitted, 1U);
}

TEST_F(FitterTest, a_list_that_nobody_uses_is_given_up) {
    hold_encoder_at(1);
    start();
    List list = toy::money_and_end();
    bool was_told = false;
    fitter_->prepare(list, [&] { was_told = true; });
    is_encoding_.get_future().wait();
    list.reset();
    may_go_on_.set_value();
    prepare(toy::list_of({{"green stone"}}));
    EXPECT_EQ(fitter_->counters().given_up, 1U);
    EXPECT_EQ(fitter_->counters().fitted, 1U);
    EXPECT_FALSE(was_told);
}

// A call may be shorter than the fit of its trackers, and the next call has the same ones.
TEST_F(FitterTest, a_list_that_nobody_uses_is_finished_where_nothing_else_is_to_do) {
    hold_encoder_at(1);
    fitter_.emplace(instruments_, nullptr);
    List list = toy::money_and_end();
    fitter_->prepare(list, [] {});
    is_encoding_.get_future().wait();
    list.reset();
    may_go_on_.set_value();
    while (fitter_->counters().fitted == 0) std::this_thread::yield();
    const std::size_t texts = encoder_.texts_;

    prepare(toy::money_and_end());

    EXPECT_EQ(encoder_.texts_, texts);
    EXPECT_EQ(fitter_->counters().given_up, 0U);
}

TEST_F(FitterTest, what_was_encoded_of_a_list_that_is_given_up_is_kept) {
    hold_encoder_at(40);  // the background is there, and some phrases
    start();
    std::vector<std::string> phrases;
    for (int i = 0; i < 200; ++i) phrases.push_back("pay money " + std::to_string(i));
    List list = toy::list_of({phrases, {"green stone"}});
    fitter_->prepare(list, [] {});
    is_encoding_.get_future().wait();
    // More lists than are fitted at a time: the one that nobody uses has to make room.
    std::vector<List> others;
    std::vector<std::promise<void>> ready(8);
    for (std::size_t i = 0; i < ready.size(); ++i) {
        others.push_back(toy::list_of({{"the price " + std::to_string(i)}, {"blue river " + std::to_string(i)}}));
        fitter_->prepare(others.back(), [&ready, i] { ready[i].set_value(); });
    }
    list.reset();
    may_go_on_.set_value();
    for (auto& one : ready) one.get_future().wait();
    const std::size_t texts = encoder_.texts_;

    prepare(toy::list_of({phrases, {"green stone"}}));

    EXPECT_EQ(fitter_->counters().given_up, 1U);
    EXPECT_GT(encoder_.texts_, texts);
    EXPECT_LT(encoder_.texts_ - texts, phrases.size()) << "nothing of it was kept";
}

TEST_F(FitterTest, many_lists_at_a_time_are_all_fitted) {
    start();
    std::vector<List> lists;
    std::vector<std::promise<void>> ready(30);
    for (std::size_t i = 0; i < ready.size(); ++i) {
        lists.push_back(toy::list_of(semantic::toy::random_vocabularies(i + 100, 3)));
        fitter_->prepare(lists.back(), [&ready, i] { ready[i].set_value(); });
    }
    for (auto& one : ready) one.get_future().wait();
    for (const List& list : lists) EXPECT_TRUE(fitter_->find(*list).fitted->has(Stage::full));
    EXPECT_EQ(fitter_->counters().given_up, 0U);
}

TEST_F(FitterTest, ends_in_the_middle) {
    for (int i = 0; i < 20; ++i) {
        start();
        const List list = toy::list_of(semantic::toy::random_vocabularies(static_cast<std::uint64_t>(i), 4));
        fitter_->prepare(list, [] {});
        fitter_.reset();
    }
}

}  // namespace
}  // namespace earshot::meaning
