#include "scoring.hpp"

#include "earshot/semantic/plain_text.hpp"

#include <limits>
#include <utility>

namespace earshot::meaning {

using detect::Tier;
using semantic::HeardWindow;

Scoring::Asked Scoring::begin(session::Score request, net::Scorer::Answer answer, const Fitter& fitter,
                              text::Tokenizer& tokenizer) {
    request_ = std::move(request);
    answer_ = std::move(answer);
    words_ = tokenizer.words_of(request_.text);
    std::size_t unfitted = 0;
    for (std::size_t slot = 0; slot < request_.lists.size(); ++slot) {
        const auto& list = request_.lists[slot];
        if (!list || !list->has_tier(Tier::semantic)) continue;
        FittedMeaning found = fitter.find(*list);
        if (found.fitted) {
            lists_.push_back({static_cast<std::uint32_t>(slot), std::move(found.fitted), std::move(found.meaning)});
        } else {
            ++unfitted;
        }
    }
    scorer_.begin(words_, lists_);
    Asked asked;
    asked.windows = lists_.empty() ? 0 : scorer_.windows();
    asked.over_gate = scorer_.asked().size();
    if (unfitted > 0 && !request_.is_open) {
        asked.preparing = unfitted * semantic::windows_of(static_cast<std::uint32_t>(words_.words.size())).size();
        if (asked.preparing > 0) opinion_.not_evaluated.push_back({Tier::semantic, "preparing", asked.preparing});
    }
    return asked;
}

std::size_t Scoring::ask(const std::shared_ptr<Scoring>& scoring, semantic::WindowEncoder* encoder, double least) {
    const auto asked = scoring->scorer_.asked();
    std::size_t left_out = 0;
    scoring->outstanding_ = 1;  // this call: the answer must not go out in the middle of it
    for (std::size_t i = 0; encoder && i < asked.size(); ++i) {
        if (asked[i].gate < least) {
            ++left_out;
            continue;
        }
        {
            const std::lock_guard lock(scoring->mutex_);
            ++scoring->outstanding_;
        }
        encoder->submit(asked[i].text, [scoring, i](std::span<const float> vector) { scoring->take(i, vector); });
    }
    {
        const std::lock_guard lock(scoring->mutex_);
        scoring->left_out_ += left_out;
    }
    scoring->finish_one();
    return left_out;
}

void Scoring::take(std::size_t index, std::span<const float> vector) {
    {
        const std::lock_guard lock(mutex_);
        if (vector.empty()) {
            ++left_out_;
        } else {
            ++encoded_;
            scorer_.give(index, vector);
        }
    }
    finish_one();
}

void Scoring::finish_one() {
    {
        const std::lock_guard lock(mutex_);
        if (--outstanding_ > 0) return;
    }
    finish();
}

void Scoring::finish() {
    for (HeardWindow& heard : scorer_.tell()) {
        heard.verdict.known_word = heard.window.last_word;
        heard.verdict.explanation = explain(heard);
        opinion_.verdicts.push_back(std::move(heard.verdict));
    }
    if (left_out_ > 0 && !request_.is_open) {
        opinion_.not_evaluated.push_back({Tier::semantic, "overloaded", left_out_});
    }
    answer_(std::move(opinion_));
}

std::shared_ptr<const detect::Explanation> Scoring::explain(const HeardWindow& heard) const {
    const detect::TrackerList& list = *request_.lists[heard.verdict.list];
    auto explanation = std::make_shared<detect::Explanation>();
    explanation->nearest = list.tracker(heard.verdict.tracker).vocabulary[heard.verdict.phrase];
    explanation->parts = {{"nearest", heard.nearest_cosine}};
    if (heard.model) explanation->parts.push_back({"model", *heard.model});
    explanation->parts.push_back({"words", heard.static_table});
    explanation->parts.push_back({"shift", heard.shift});
    if (heard.runner_up) {
        explanation->runner_up = list.tracker(heard.runner_up->tracker).name;
        explanation->runner_up_score = heard.runner_up->score;
    }
    const auto& words = words_.words;
    const std::size_t begin = words[heard.window.first_word].byte_begin;
    explanation->window = request_.text.substr(begin, words[heard.window.last_word].byte_end - begin);
    return explanation;
}

}  // namespace earshot::meaning
