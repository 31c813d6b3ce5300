#include "earshot/detect/batch_detector.hpp"

#include "earshot/text/utf8.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace earshot::detect {
namespace {

class CountingIds final : public base::IdSource {
public:
    std::string make_uuid() override { return "id-" + std::to_string(++last_); }
    std::string make_digits() override { return std::to_string(1'000'000'000'000'000 + ++last_); }

private:
    int last_ = 0;
};

class BatchDetectorTest : public testing::Test {
protected:
    std::vector<TurnHit> hear(const std::vector<TrackerDefinition>& trackers, const std::vector<Turn>& turns,
                              std::size_t utterance_bytes = 16 * 1024) {
        PhraseSetSource sets;
        auto list = TrackerList::compile({trackers, {}}, {}, tools_.tokenizer(), sets);
        EXPECT_TRUE(list.has_value());
        return BatchDetector(*list, tools_, ids_, {}, 1, utterance_bytes).detect(turns);
    }

    static TrackerDefinition tracker(std::string name, std::vector<std::string> vocabulary) {
        TrackerDefinition definition;
        definition.name = std::move(name);
        definition.vocabulary = std::move(vocabulary);
        return definition;
    }

    LanguageTools tools_;
    CountingIds ids_;
};

TEST_F(BatchDetectorTest, places_a_hit_in_units_of_its_turn) {
    const auto hits =
        hear({tracker("Price", {"what is the price"})}, {{"ann", "  \xF0\x9F\x98\x80 So: what is the PRICE?"}});

    ASSERT_EQ(hits.size(), 1U);
    EXPECT_EQ(hits[0].turn, 0U);
    EXPECT_EQ(hits[0].start, 9U);  // two blanks, an emoji of two units, a blank, "So:", a blank
    EXPECT_EQ(hits[0].end, 26U);
    EXPECT_EQ(hits[0].word, 5U);
    EXPECT_EQ(hits[0].hit.tier, Tier::exact);
}

TEST_F(BatchDetectorTest, follows_a_phrase_over_turns_while_another_speaks) {
    const auto hits = hear({tracker("Cancel", {"cancel my plan"})},
                           {{"ann", "I want to cancel"}, {"bob", "my plan is this"}, {"ann", "my plan, please"}});

    ASSERT_EQ(hits.size(), 1U);
    EXPECT_EQ(hits[0].start_turn, 0U);
    EXPECT_EQ(hits[0].turn, 2U);
    EXPECT_EQ(hits[0].start, 10U);
    EXPECT_EQ(hits[0].end, 7U);
    EXPECT_EQ(hits[0].hit.parts.size(), 2U);
}

TEST_F(BatchDetectorTest, a_long_silence_ends_a_phrase) {
    const std::vector<TrackerDefinition> trackers{tracker("Cancel", {"cancel my plan"})};

    EXPECT_EQ(hear(trackers, {{"ann", "cancel", {0, 1}}, {"ann", "my plan", {11, 12}}}).size(), 1U);
    EXPECT_EQ(hear(trackers, {{"ann", "cancel", {0, 1}}, {"ann", "my plan", {11.5, 12}}}).size(), 0U);
}

TEST_F(BatchDetectorTest, a_cut_of_a_long_turn_moves_nothing) {
    std::string text;
    for (int i = 0; i < 40; ++i) text += "one two three. ";
    const std::vector<TrackerDefinition> trackers{tracker("Count", {"three one", "two"})};
    const auto whole = hear(trackers, {{"ann", text}});
    const auto cut = hear(trackers, {{"ann", text}}, 50);

    ASSERT_EQ(whole.size(), 79U);
    ASSERT_EQ(cut.size(), whole.size());
    std::vector<std::pair<std::uint32_t, std::uint32_t>> whole_places;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> cut_places;
    for (const TurnHit& hit : whole) whole_places.emplace_back(hit.start, hit.end);
    for (const TurnHit& hit : cut) cut_places.emplace_back(hit.start, hit.end);
    std::sort(whole_places.begin(), whole_places.end());
    std::sort(cut_places.begin(), cut_places.end());
    EXPECT_EQ(cut_places, whole_places);
}

TEST_F(BatchDetectorTest, exclusion_silences_what_it_overlaps) {
    TrackerDefinition definition = tracker("Cancel", {"cancel"});
    definition.exclude_vocabulary = {"do not cancel"};

    const auto hits = hear({definition}, {{"ann", "do not cancel but cancel that"}});

    ASSERT_EQ(hits.size(), 1U);
    EXPECT_EQ(hits[0].start, 18U);
}

TEST(CountBlankSeparatedTest, counts_words_that_begin_before_a_place) {
    EXPECT_EQ(text::count_blank_separated("", 0), 0U);
    EXPECT_EQ(text::count_blank_separated("  a bc\t d", 2), 0U);
    EXPECT_EQ(text::count_blank_separated("  a bc\t d", 3), 1U);
    EXPECT_EQ(text::count_blank_separated("  a bc\t d", 6), 2U);
    EXPECT_EQ(text::count_blank_separated("a\xC2\xA0"
                                          "b",
                                          4),
              2U);
}

}  // namespace
}  // namespace earshot::detect
