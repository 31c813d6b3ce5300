#include "earshot/semantic/fitted_list.hpp"

#include "calibration.hpp"
#include "toy_meaning.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace earshot::semantic {
namespace {

constexpr double k_unknown = std::numeric_limits<double>::quiet_NaN();

FittedList fitted(const toy::Vocabularies& vocabularies, bool with_model = true) {
    const auto groups = std::make_shared<const PhraseGroups>(vocabularies);
    std::optional<FittedStage> full;
    if (with_model) full = toy::fit(groups, 24);
    return {groups, toy::fit(groups, 16), std::move(full)};
}

std::string key_of(const toy::Vocabularies& vocabularies, std::string_view table = "table",
                   std::string_view model = "model") {
    return FittedList::key(PhraseGroups(vocabularies), {table, model});
}

TEST(FittedListTest, ComesBackFromItsBytes) {
    for (const bool with_model : {false, true}) {
        const FittedList list = fitted(toy::random_vocabularies(1, 5), with_model);
        const std::string bytes = list.serialise();
        // Of an equal list that was given in another order.
        toy::Vocabularies shuffled = toy::random_vocabularies(1, 5);
        std::reverse(shuffled.begin(), shuffled.end());
        const auto back = FittedList::parse(bytes, std::make_shared<const PhraseGroups>(shuffled));
        ASSERT_TRUE(back.has_value());
        EXPECT_EQ(back->serialise(), bytes);
        EXPECT_EQ(back->has(Stage::full), with_model);
        EXPECT_EQ(back->heads(Stage::static_table).weights, list.heads(Stage::static_table).weights);
        for (std::uint32_t g = 0; g < list.groups().size(); ++g) {
            EXPECT_EQ(back->shift(Stage::static_table, g), list.shift(Stage::static_table, g));
        }
    }
}

TEST(FittedListTest, CutOrDamagedBytesAreRefused) {
    const FittedList list = fitted({{"one two"}, {"three", "four"}});
    const auto groups = std::make_shared<const PhraseGroups>(list.groups());
    std::string bytes = list.serialise();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(FittedList::parse(std::string_view(bytes).substr(0, size), groups).has_value()) << size;
    }
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<char>(bytes[i] ^ 4);
        EXPECT_FALSE(FittedList::parse(bytes, groups).has_value()) << i;
        bytes[i] = static_cast<char>(bytes[i] ^ 4);
    }
    EXPECT_TRUE(FittedList::parse(bytes, groups).has_value());
}

TEST(FittedListTest, BytesOfOtherPhrasesAreRefused) {
    const std::string bytes = fitted({{"one two"}, {"three", "four"}}).serialise();
    for (const toy::Vocabularies& other : std::vector<toy::Vocabularies>{
             {{"one twO"}, {"three", "four"}}, {{"one two"}, {"three"}}, {{"one two", "four"}, {"three"}}, {}}) {
        EXPECT_FALSE(FittedList::parse(bytes, std::make_shared<const PhraseGroups>(other)).has_value());
    }
}

TEST(FittedListTest, TheKeyIsThatOfThePhrasesAndTheirVectors) {
    EXPECT_EQ(key_of({{"a", "b"}, {"c"}}), key_of({{"c"}, {"b", "a", "b"}}));
    const std::set<std::string> different{key_of({}),
                                          key_of({{"a"}}),
                                          key_of({{"a", "b"}, {"c"}}),
                                          key_of({{"a"}, {"b", "c"}}),
                                          key_of({{"a", "b", "c"}}),
                                          key_of({{"ab", "c"}}),
                                          key_of({{"a"}}, "other"),
                                          key_of({{"a"}}, "table", "other"),
                                          key_of({{"a"}}, "table", ""),
                                          key_of({{"a"}}, "tablemodel", "")};
    EXPECT_EQ(different.size(), 10U);
    EXPECT_EQ(key_of({}).size(), 32U);
}

TEST(FittedListTest, ToldScoresRiseAndAreHalfAtTheShift) {
    const FittedList list = fitted(toy::random_vocabularies(2, 4));
    for (const Stage stage : {Stage::static_table, Stage::full}) {
        for (std::uint32_t g = 0; g < list.groups().size(); ++g) {
            EXPECT_NEAR(list.told_score(stage, g, list.shift(stage, g)), k_default_threshold, 1e-12);
            double before = 0;
            for (double raw = -8; raw < 8; raw += 0.25) {
                const double told = list.told_score(stage, g, raw);
                EXPECT_GT(told, before);
                EXPECT_LT(told, 1);
                EXPECT_NEAR(list.raw_score(stage, g, told), raw, 1e-6);
                before = told;
            }
            EXPECT_EQ(list.raw_score(stage, g, 0), -std::numeric_limits<double>::infinity());
            EXPECT_EQ(list.raw_score(stage, g, 1), std::numeric_limits<double>::infinity());
        }
    }
}

TEST(FittedListTest, MemoryGrowsWithTheList) {
    EXPECT_GT(fitted(toy::random_vocabularies(2, 8)).memory_bytes(),
              fitted(toy::random_vocabularies(2, 4)).memory_bytes());
}

TEST(CalibrationTest, ShiftsFollowTheListAndTheGroup) {
    const Calibration calibration{0.5, 0.25, 2, 1, -7};
    const std::vector<double> left_out{1, 3, k_unknown};
    const std::vector<double> expected{1 - 0.25 + 2, 1 + 0.25 + 2, 1 + 2};
    EXPECT_EQ(shifts_of(calibration, left_out), expected);
}

TEST(CalibrationTest, AListThatCannotTellIsTypical) {
    const Calibration calibration{0.5, 0.25, 2, 1, -7};
    EXPECT_EQ(shifts_of(calibration, std::vector<double>{k_unknown, k_unknown}), (std::vector<double>{-1.5, -1.5}));
    EXPECT_TRUE(shifts_of(calibration, {}).empty());
}

}  // namespace
}  // namespace earshot::semantic
