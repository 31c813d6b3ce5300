#include "earshot/meaning/fitter.hpp"

#include "unit/meaning/toy_instruments.hpp"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>

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

TEST_F(FitterTest, a_list_that_nobody_uses_is_given_up) {
    std::promise<void> is_encoding;
    std::promise<void> may_go_on;
    bool is_first = true;
    encoder_.before_ = [&] {
        if (!std::exchange(is_first, false)) return;
        is_encoding.set_value();
        may_go_on.get_future().wait();
    };
    start();
    List list = toy::money_and_end();
    bool was_told = false;
    fitter_->prepare(list, [&] { was_told = true; });
    is_encoding.get_future().wait();
    list.reset();
    may_go_on.set_value();
    prepare(toy::list_of({{"green stone"}}));
    EXPECT_EQ(fitter_->counters().given_up, 1U);
    EXPECT_EQ(fitter_->counters().fitted, 1U);
    EXPECT_FALSE(was_told);
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
