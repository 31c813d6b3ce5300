#include "eval_hearing.hpp"

#include "earshot/app/random_ids.hpp"

#include "prompt_judge.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

namespace earshot::app {
namespace {

/// More texts at a time than the encoder's threads can be kept busy with gain nothing.
constexpr std::size_t k_texts_at_a_time = 8;

}  // namespace

base::Result<EvalHearing> EvalHearing::make(std::vector<detect::TrackerDefinition> trackers, const Options& options,
                                            SemanticTier* tier) {
    detect::TrackerListDefinition definition{std::move(trackers), {}};
    definition.settings.language = options.language;
    definition.settings.tiers = options.tiers;
    if (options.best_of_all) definition.settings.threshold = 0;
    detect::LanguageTools tools;
    detect::PhraseSetSource sets;
    auto list = detect::TrackerList::compile(std::move(definition), {}, tools.tokenizer(), sets);
    if (!list) return list.error();
    detect::Judge judge;
    if (tier && (*list)->has_tier(detect::Tier::semantic)) judge = make_prompt_judge(*tier, *list);
    return EvalHearing(std::move(*list), std::move(judge), tier ? tier->default_threshold() : 1);
}

void EvalHearing::hear(std::span<const EvalText* const> texts, const Take& take) const {
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        detect::LanguageTools tools;
        RandomIdSource ids;
        detect::BatchDetector detector(list_, tools, ids, judge_, default_threshold_);
        std::vector<detect::Turn> turns;
        for (std::size_t i = next++; i < texts.size(); i = next++) {
            turns.clear();
            for (const EvalText::Turn& turn : texts[i]->turns) turns.push_back({turn.speaker, turn.text});
            take(i, detector.detect(turns));
        }
    };
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < std::min(k_texts_at_a_time, texts.size()); ++i) threads.emplace_back(work);
    for (std::thread& thread : threads) thread.join();
}

}  // namespace earshot::app
