#include "scoring.hpp"

#include "earshot/semantic/plain_text.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace earshot::meaning {

using detect::Tier;
using semantic::HeardWindow;

namespace {

/// A threshold of 0 is met by whatever is said: what must be left out under load is no less urgent for it.
constexpr float k_most_urgent = 1'000;

}  // namespace

Scoring::Asked Scoring::begin(session::Score request, net::Scorer::Answer answer, const Fitter& fitter,
                              text::Tokenizer& tokenizer) {
    request_ = std::move(request);
    answer_ = std::move(answer);
    words_ = tokenizer.words_of(request_.text);
    Asked asked;
    for (std::size_t slot = 0; slot < request_.lists.size(); ++slot) {
        const auto& list = request_.lists[slot];
        if (!list || !list->has_tier(Tier::semantic)) continue;
        FittedMeaning found = fitter.find(*list);
        const bool is_whole = found.fitted && (found.fitted->has(semantic::Stage::full) || !has_model_);
        if (!is_whole && !request_.is_open) note_unfitted(*list, fitter, asked);
        if (!found.fitted) continue;
        lists_.push_back({static_cast<std::uint32_t>(slot), std::move(found.fitted), std::move(found.meaning)});
    }
    scorer_.begin(words_, lists_);
    asked.windows = lists_.empty() ? 0 : scorer_.windows();
    asked.over_gate = scorer_.asked().size();
    put_in_order();
    return asked;
}

/// The static table alone may have been heard there: that is less than was asked for.
void Scoring::note_unfitted(const detect::TrackerList& list, const Fitter& fitter, Asked& asked) {
    const std::size_t windows = semantic::windows_of(static_cast<std::uint32_t>(words_.words.size())).size();
    if (windows == 0) return;
    asked.preparing += windows;
    const std::string_view reason = fitter.is_ready(list) ? "failed" : "preparing";
    for (detect::NotEvaluated& known : opinion_.not_evaluated) {
        if (known.reason != reason) continue;
        known.windows += windows;
        return;
    }
    opinion_.not_evaluated.push_back({Tier::semantic, reason, windows});
}

void Scoring::ask(const std::shared_ptr<Scoring>& scoring, semantic::WindowEncoder* encoder,
                  const LeastGate& least_gate) {
    std::size_t left_out = 0;
    if (encoder) {
        const auto asked = scoring->scorer_.asked();
        for (const std::size_t index : scoring->order_) {
            if (std::min<double>(asked[index].gate, k_most_urgent) < least_gate()) {
                ++left_out;
            } else {
                submit(scoring, *encoder, index, nullptr);
            }
        }
    }
    {
        const std::lock_guard lock(scoring->mutex_);
        scoring->left_out_ += left_out;
    }
    scoring->finish_one();
}

bool Scoring::ask_next(const std::shared_ptr<Scoring>& scoring, semantic::WindowEncoder* encoder,
                       std::function<void()> came) {
    if (!encoder || scoring->next_ == scoring->order_.size()) {
        scoring->finish_one();
        return false;
    }
    submit(scoring, *encoder, scoring->order_[scoring->next_++], std::move(came));
    return true;
}

void Scoring::submit(const std::shared_ptr<Scoring>& scoring, semantic::WindowEncoder& encoder, std::size_t index,
                     std::function<void()> came) {
    {
        const std::lock_guard lock(scoring->mutex_);
        ++scoring->outstanding_;
    }
    encoder.submit(scoring->scorer_.asked()[index].text,
                   [scoring, index, came = std::move(came)](std::span<const float> vector) {
                       scoring->take(index, vector);
                       if (came) came();
                   });
}

/// The best first.
void Scoring::put_in_order() {
    const auto asked = scorer_.asked();
    for (std::size_t i = 0; i < asked.size(); ++i) {
        if (is_settled(asked[i].window)) order_.push_back(i);
    }
    std::stable_sort(order_.begin(), order_.end(),
                     [&](std::size_t a, std::size_t b) { return asked[a].gate > asked[b].gate; });
}

/// What the next hypothesis may say otherwise is not worth a model's time.
bool Scoring::is_settled(const semantic::Window& window) const {
    return words_.words[window.last_word].byte_end <= request_.settled_bytes;
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
