#pragma once

#include "earshot/base/hash.hpp"
#include "earshot/detect/tracker_list.hpp"
#include "earshot/semantic/background.hpp"
#include "earshot/semantic/fitted_list.hpp"
#include "earshot/semantic/head_fitting.hpp"
#include "earshot/semantic/phrase_groups.hpp"

#include <cmath>
#include <cstdint>
#include <random>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::semantic::toy {

inline void scale_to_unit(std::span<float> vector) {
    double sum = 0;
    for (const float value : vector) sum += static_cast<double>(value) * static_cast<double>(value);
    for (float& value : vector) value = static_cast<float>(static_cast<double>(value) / std::sqrt(sum));
}

/// A vector for every text: the sum of random directions of its words, of length 1. Texts with words in common are near
/// each other, as they are to a model.
inline std::vector<float> vector_of(std::string_view text, std::size_t dimensions) {
    std::vector<float> vector(dimensions);
    std::istringstream words{std::string(text)};
    for (std::string word; words >> word;) {
        std::mt19937_64 random(base::hash_bytes(word));
        for (float& value : vector)
            value += static_cast<float>(static_cast<double>(random() >> 11) / 9007199254740992.0 - 0.5);
    }
    scale_to_unit(vector);
    return vector;
}

template <typename Texts>
std::vector<float> vectors_of(const Texts& texts, std::size_t dimensions) {
    std::vector<float> vectors;
    for (const auto& text : texts) {
        const std::vector<float> vector = vector_of(text, dimensions);
        vectors.insert(vectors.end(), vector.begin(), vector.end());
    }
    return vectors;
}

inline FittedStage fit(const std::shared_ptr<const PhraseGroups>& groups, std::size_t dimensions,
                       const FitSettings& settings = {}) {
    const std::vector<float> phrases = vectors_of(groups->phrases(), dimensions);
    const std::vector<float> background = vectors_of(background_lines(), dimensions);
    StageFit stage(groups, dimensions, phrases, background, settings);
    while (stage.step()) {
    }
    return stage.take();
}

using Vocabularies = std::vector<std::vector<std::string>>;

/// Trackers of 1 to 8 phrases, each of its own few words and some that all have.
inline Vocabularies random_vocabularies(std::uint64_t seed, std::size_t trackers) {
    std::mt19937_64 random(seed);
    Vocabularies vocabularies(trackers);
    for (std::size_t t = 0; t < trackers; ++t) {
        for (std::size_t p = 0; p < 1 + random() % 8; ++p) {
            std::string phrase = "own" + std::to_string(t) + "x" + std::to_string(random() % 4);
            for (std::size_t w = random() % 3; w > 0; --w) phrase += " common" + std::to_string(random() % 9);
            vocabularies[t].push_back(phrase);
        }
    }
    return vocabularies;
}

inline detect::TrackerListDefinition definition_of(const Vocabularies& vocabularies) {
    detect::TrackerListDefinition definition;
    for (std::size_t t = 0; t < vocabularies.size(); ++t) {
        detect::TrackerDefinition& tracker = definition.trackers.emplace_back();
        tracker.id = "t" + std::to_string(t);
        tracker.name = "Tracker " + std::to_string(t);
        tracker.vocabulary = vocabularies[t];
    }
    return definition;
}

inline std::shared_ptr<const detect::TrackerList> compile(const detect::TrackerListDefinition& definition) {
    text::Tokenizer tokenizer;
    detect::PhraseSetSource sets;
    return detect::TrackerList::compile(definition, {}, tokenizer, sets).value();
}

inline ListMeaning meaning(const detect::TrackerListDefinition& definition) {
    text::Tokenizer tokenizer;
    return meaning_of(*compile(definition), tokenizer);
}

}  // namespace earshot::semantic::toy
