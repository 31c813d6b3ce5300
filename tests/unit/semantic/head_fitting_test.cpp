#include "earshot/semantic/head_fitting.hpp"

#include "earshot/base/hash.hpp"

#include "toy_meaning.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace earshot::semantic {
namespace {

constexpr std::size_t k_dimensions = 64;

std::shared_ptr<const PhraseGroups> groups_of(const toy::Vocabularies& vocabularies) {
    return std::make_shared<const PhraseGroups>(vocabularies);
}

double raw_score(const FittedStage& stage, std::size_t group, std::span<const float> vector) {
    double sum = static_cast<double>(stage.biases[group]);
    for (std::size_t i = 0; i < stage.dimensions; ++i) {
        sum += static_cast<double>(stage.weights[group * stage.dimensions + i]) * static_cast<double>(vector[i]);
    }
    return sum;
}

bool has(std::span<const std::uint32_t> group, std::uint32_t phrase) {
    return std::binary_search(group.begin(), group.end(), phrase);
}

TEST(StageFitTest, HeadsTellTheirPhrasesFromAllOthersAndTheBackground) {
    toy::Vocabularies vocabularies(6);
    for (std::size_t t = 0; t < vocabularies.size(); ++t) {
        for (int p = 0; p < 5; ++p) vocabularies[t].push_back("own" + std::to_string(t) + " any" + std::to_string(p));
    }
    const auto groups = groups_of(vocabularies);
    const FittedStage stage = toy::fit(groups, k_dimensions);
    for (std::size_t g = 0; g < groups->size(); ++g) {
        for (std::uint32_t p = 0; p < groups->phrases().size(); ++p) {
            const double score = raw_score(stage, g, toy::vector_of(groups->phrases()[p], k_dimensions));
            EXPECT_EQ(score > 0, has(groups->group(g), p)) << g << ' ' << groups->phrases()[p] << ' ' << score;
        }
        for (const std::string_view line : background_lines()) {
            EXPECT_LT(raw_score(stage, g, toy::vector_of(line, k_dimensions)), 0) << line;
        }
    }
}

// The minimum of |w|^2 / 2 + cost * sum of weighted losses, where its gradient by the weights and by a free bias is
// zero.
TEST(StageFitTest, HeadsAreTheMinimumThatTheyPromise) {
    const auto groups = groups_of(toy::random_vocabularies(2, 5));
    const FitSettings settings;
    const FittedStage stage = toy::fit(groups, k_dimensions, settings);
    const std::vector<float> background = toy::vectors_of(background_lines(), k_dimensions);
    for (std::size_t g = 0; g < groups->size(); ++g) {
        std::vector<double> gradient(k_dimensions + 1);
        double pull = 0;  // what the sum of the gradient's terms would be, did they not cancel
        const auto add = [&](std::span<const float> vector, double label, double weight) {
            const double loss = weight / (1 + std::exp(label * raw_score(stage, g, vector)));
            for (std::size_t i = 0; i < k_dimensions; ++i) gradient[i] -= label * loss * static_cast<double>(vector[i]);
            gradient[k_dimensions] -= label * loss;
            pull += loss;
        };
        const auto members = groups->group(g);
        for (std::uint32_t p = 0; p < groups->phrases().size(); ++p) {
            const std::vector<float> vector = toy::vector_of(groups->phrases()[p], k_dimensions);
            const double positive = settings.cost * settings.positive_weight / static_cast<double>(members.size());
            has(members, p) ? add(vector, 1, positive) : add(vector, -1, settings.cost);
        }
        for (std::size_t i = 0; i < background.size(); i += k_dimensions) {
            add(std::span(background).subspan(i, k_dimensions), -1, settings.cost);
        }
        for (std::size_t i = 0; i < k_dimensions; ++i) {
            gradient[i] += static_cast<double>(stage.weights[g * k_dimensions + i]);
        }
        for (const double value : gradient) EXPECT_NEAR(value / pull, 0, 0.02) << g;
    }
}

TEST(StageFitTest, IsTheSameBitForBitWhateverTheOrder) {
    std::mt19937_64 random(1);
    toy::Vocabularies vocabularies = toy::random_vocabularies(4, 7);
    const FittedStage stage = toy::fit(groups_of(vocabularies), k_dimensions);
    for (int round = 0; round < 3; ++round) {
        std::shuffle(vocabularies.begin(), vocabularies.end(), random);
        for (auto& vocabulary : vocabularies) std::shuffle(vocabulary.begin(), vocabulary.end(), random);
        FittedStage again = toy::fit(groups_of(vocabularies), k_dimensions);
        for (std::size_t g = 0; g < stage.left_out.size(); ++g) {
            EXPECT_EQ(std::isnan(stage.left_out[g]), std::isnan(again.left_out[g]));
        }
        EXPECT_EQ(again.weights, stage.weights);
        EXPECT_EQ(again.biases, stage.biases);
        EXPECT_EQ(again.phrases, stage.phrases);
    }
}

// With fewer phrases than folds each is left out alone: the head that judges it is that of a list without it.
TEST(StageFitTest, LeftOutScoresAreThoseOfHeadsThatHaveNotSeenThePhrase) {
    const toy::Vocabularies vocabularies{{"one two", "one three", "one four"}, {"five six", "five seven"}};
    const auto groups = groups_of(vocabularies);
    const FittedStage stage = toy::fit(groups, k_dimensions);
    for (std::size_t v = 0; v < vocabularies.size(); ++v) {
        double sum = 0;
        for (const std::string& phrase : vocabularies[v]) {
            toy::Vocabularies without = vocabularies;
            std::erase(without[v], phrase);
            const auto blind_groups = groups_of(without);
            const auto blind = toy::fit(blind_groups, k_dimensions);
            const std::size_t group = has(blind_groups->group(0), blind_groups->index_of(without[v][0])) ? 0 : 1;
            sum += raw_score(blind, group, toy::vector_of(phrase, k_dimensions));
        }
        const std::size_t group = has(groups->group(0), groups->index_of(vocabularies[v][0])) ? 0 : 1;
        EXPECT_NEAR(static_cast<double>(stage.left_out[group]), sum / static_cast<double>(vocabularies[v].size()),
                    0.05);
    }
}

TEST(StageFitTest, OnePhraseCannotBeLeftOut) {
    const FittedStage stage = toy::fit(groups_of({{"one two"}}), k_dimensions);
    EXPECT_TRUE(std::isnan(stage.left_out[0]));
}

// Which negatives a head learns from depends on their content: those with the least hashes, the group's own apart.
TEST(StageFitTest, ManyNegativesAreCutByTheirHashes) {
    FitSettings settings;
    settings.max_negatives = 10;
    std::vector<std::string> others;
    for (int i = 0; i < 40; ++i) others.push_back("other" + std::to_string(i));
    std::sort(others.begin(), others.end(),
              [](const auto& a, const auto& b) { return base::hash_bytes(a) < base::hash_bytes(b); });
    const std::vector<std::string> own{"one two", "one three"};
    const auto head = [&](std::size_t count) {
        const auto groups = groups_of({own, {others.begin(), others.begin() + static_cast<std::ptrdiff_t>(count)}});
        const FittedStage stage = toy::fit(groups, k_dimensions, settings);
        const std::size_t group = has(groups->group(0), groups->index_of("one two")) ? 0 : 1;
        return std::vector<float>(stage.weights.begin() + static_cast<std::ptrdiff_t>(group * k_dimensions),
                                  stage.weights.begin() + static_cast<std::ptrdiff_t>((group + 1) * k_dimensions));
    };
    EXPECT_NE(head(9), head(10));
    EXPECT_EQ(head(10), head(11));
    EXPECT_EQ(head(10), head(40));
}

TEST(StageFitTest, APhraseOfTwoTrackersIsHeardByBoth) {
    const auto groups = groups_of({{"one two", "shared words"}, {"five six", "shared words"}});
    const FittedStage stage = toy::fit(groups, k_dimensions);
    const std::vector<float> shared = toy::vector_of("shared words", k_dimensions);
    EXPECT_GT(raw_score(stage, 0, shared), 0);
    EXPECT_GT(raw_score(stage, 1, shared), 0);
}

TEST(StageFitTest, StepsAreHeadsAndEnd) {
    const auto groups = groups_of(toy::random_vocabularies(5, 4));
    const std::vector<float> phrases = toy::vectors_of(groups->phrases(), k_dimensions);
    const std::vector<float> background = toy::vectors_of(background_lines(), k_dimensions);
    StageFit stage(groups, k_dimensions, phrases, background);
    for (std::size_t left = groups->size(); left > 0; --left) {
        EXPECT_EQ(stage.steps_left(), left);
        EXPECT_TRUE(stage.step());
    }
    EXPECT_FALSE(stage.step());
    EXPECT_EQ(stage.take().biases.size(), groups->size());
}

TEST(StageFitTest, AListWithoutPhrasesHasNoHeads) {
    EXPECT_TRUE(toy::fit(groups_of({}), k_dimensions).biases.empty());
}

}  // namespace
}  // namespace earshot::semantic
