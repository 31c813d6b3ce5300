#include "earshot/semantic/phrase_groups.hpp"

#include "toy_meaning.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace earshot::semantic {
namespace {

TEST(PhraseGroupsTest, AreTheSameForEveryOrderOfTrackersAndPhrases) {
    std::mt19937_64 random(1);
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        toy::Vocabularies vocabularies = toy::random_vocabularies(seed, 1 + seed % 9);
        const PhraseGroups groups(vocabularies);
        std::shuffle(vocabularies.begin(), vocabularies.end(), random);
        for (auto& vocabulary : vocabularies) {
            vocabulary.push_back(vocabulary.front());
            std::shuffle(vocabulary.begin(), vocabulary.end(), random);
        }
        vocabularies.emplace_back();
        vocabularies.push_back(vocabularies.front());
        EXPECT_EQ(PhraseGroups(vocabularies), groups) << seed;
    }
}

TEST(PhraseGroupsTest, HoldTheVocabulariesAndNothingElse) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const toy::Vocabularies vocabularies = toy::random_vocabularies(seed, 1 + seed % 9);
        const PhraseGroups groups(vocabularies);
        std::set<std::set<std::string>> expected;
        for (const auto& vocabulary : vocabularies) expected.insert({vocabulary.begin(), vocabulary.end()});
        std::set<std::set<std::string>> got;
        for (std::size_t g = 0; g < groups.size(); ++g) {
            std::set<std::string> phrases;
            for (const std::uint32_t phrase : groups.group(g)) phrases.insert(groups.phrases()[phrase]);
            got.insert(phrases);
            EXPECT_EQ(groups.find(groups.group(g)), g);
        }
        EXPECT_EQ(got, expected) << seed;
        EXPECT_EQ(got.size(), groups.size()) << seed;
    }
}

TEST(PhraseGroupsTest, FindNoOtherGroup) {
    const PhraseGroups groups({{"a", "b"}, {"b", "c"}});
    EXPECT_EQ(groups.find(std::vector<std::uint32_t>{0}), 2U);
    EXPECT_EQ(groups.find(std::vector<std::uint32_t>{0, 1, 2}), 2U);
    EXPECT_EQ(groups.find(std::vector<std::uint32_t>{2}), 2U);
    EXPECT_EQ(PhraseGroups({}).find({}), 0U);
}

TEST(MeaningOfTest, EveryPhraseOfAGroupIsFoundInTheTrackersVocabulary) {
    text::Tokenizer tokenizer;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        toy::Vocabularies vocabularies = toy::random_vocabularies(seed, 1 + seed % 9);
        for (auto& vocabulary : vocabularies) vocabulary[0][0] = 'O';  // a spelling that literal equality does not see
        const ListMeaning meaning = toy::meaning(toy::definition_of(vocabularies));
        ASSERT_EQ(meaning.trackers.size(), vocabularies.size());
        for (const ListeningTracker& tracker : meaning.trackers) {
            const auto group = meaning.groups->group(tracker.group);
            ASSERT_EQ(group.size(), tracker.vocabulary.size());
            for (std::size_t i = 0; i < group.size(); ++i) {
                const auto& vocabulary = vocabularies[tracker.tracker];
                const auto plain = [&](const std::string& phrase) {
                    std::string text = phrase;
                    text[0] = 'o';
                    return text == meaning.groups->phrases()[group[i]];
                };
                EXPECT_EQ(std::find_if(vocabulary.begin(), vocabulary.end(), plain) - vocabulary.begin(),
                          tracker.vocabulary[i]);
            }
        }
    }
}

TEST(MeaningOfTest, TrackersThatDoNotListenByMeaningChangeNothing) {
    detect::TrackerListDefinition definition = toy::definition_of(toy::random_vocabularies(3, 5));
    const ListMeaning before = toy::meaning(definition);

    detect::TrackerDefinition deaf;
    deaf.id = deaf.name = "deaf";
    deaf.vocabulary = {"its own words"};
    deaf.tiers = detect::TierSet().insert(detect::Tier::exact);
    definition.trackers.insert(definition.trackers.begin() + 2, deaf);
    detect::TrackerDefinition pattern;
    pattern.id = pattern.name = "pattern";
    pattern.patterns = {"a+"};
    definition.trackers.push_back(pattern);

    const ListMeaning after = toy::meaning(definition);
    EXPECT_EQ(*after.groups, *before.groups);
    ASSERT_EQ(after.trackers.size(), before.trackers.size());
    for (std::size_t i = 0; i < after.trackers.size(); ++i) {
        EXPECT_EQ(after.trackers[i].tracker, before.trackers[i].tracker + (i < 2 ? 0 : 1));
        EXPECT_EQ(after.trackers[i].group, before.trackers[i].group);
    }
}

TEST(MeaningOfTest, ThresholdsAreTheTrackersTheListsOrTheDefault) {
    detect::TrackerListDefinition definition = toy::definition_of({{"one"}, {"two"}});
    definition.trackers[0].threshold = 0.7;
    EXPECT_EQ(toy::meaning(definition).trackers[0].threshold, 0.7);
    EXPECT_EQ(toy::meaning(definition).trackers[1].threshold, k_default_threshold);
    definition.settings.threshold = 0.6;
    EXPECT_EQ(toy::meaning(definition).trackers[1].threshold, 0.6);
}

}  // namespace
}  // namespace earshot::semantic
