#include "fit.hpp"

#include "earshot/base/hash.hpp"
#include "earshot/semantic/background.hpp"
#include "earshot/semantic/static_vectors.hpp"

#include <cstring>
#include <exception>
#include <span>

namespace earshot::meaning {
namespace {

using semantic::background_lines;
using semantic::FittedList;
using semantic::StageFit;

/// Texts that are encoded in one step.
constexpr std::size_t k_texts_a_step = 8;

/// Vectors that are handed to the keeper at a time.
constexpr std::size_t k_vectors_a_put = 256;

std::string bytes_of(std::span<const float> vector) {
    return {reinterpret_cast<const char*>(vector.data()), vector.size_bytes()};
}

}  // namespace

Fit::Fit(const Instruments& instruments, BackgroundVectors& background, ValueKeeper* keeper,
         std::shared_ptr<const semantic::PhraseGroups> groups, std::function<void()> wake)
    : instruments_(instruments),
      background_(background),
      keeper_(keeper),
      groups_(std::move(groups)),
      wake_(std::move(wake)),
      key_(key(instruments, *groups_)) {}

std::string Fit::key(const Instruments& instruments, const semantic::PhraseGroups& groups) {
    semantic::VectorSources sources{instruments.table_identity, {}};
    if (instruments.phrases) sources.model = instruments.phrases->card().identity;
    return FittedList::key(groups, sources);
}

Fit::State Fit::state() const {
    if (phase_ == Phase::done) return State::done;
    if (phase_ == Phase::failed) return State::failed;
    if (phase_ == Phase::given_up) return State::given_up;
    return has_asked_ && mailbox_->is_empty() ? State::waiting : State::working;
}

Fit::State Fit::step() {
    if (state() != State::working) return state();
    try {
        do_step();
    } catch (const std::exception&) {  // for want of memory: other lists may be smaller
        phase_ = Phase::failed;
    }
    return state();
}

void Fit::do_step() {
    switch (phase_) {
        case Phase::kept:
            return take_kept();
        case Phase::table:
            return fit_table();
        case Phase::vectors:
            return take_vectors();
        case Phase::missing:
            return encode_missing();
        case Phase::model:
            return fit_model();
        case Phase::done:
        case Phase::failed:
        case Phase::given_up:
            return;
    }
}

void Fit::give_up() {
    keep_vectors();
    phase_ = Phase::given_up;
}

void Fit::ask(std::vector<std::string> keys) {
    has_asked_ = true;
    keeper_->get(std::move(keys), [mailbox = mailbox_, wake = wake_](std::vector<std::string> values) {
        mailbox->put(std::move(values));
        wake();
    });
}

// ---- What was fitted before ----------------------------------------------------------------------------------------

void Fit::take_kept() {
    if (keeper_ && !has_asked_) return ask({"fit/" + key_});
    has_asked_ = false;
    phase_ = Phase::table;
    const auto values = mailbox_->take();
    if (!values || values->empty() || values->front().empty()) return;
    auto kept = FittedList::parse(values->front(), groups_);
    if (!kept) return;  // damaged, or another version's: it is made anew
    fitted_ = std::make_shared<const FittedList>(std::move(*kept));
    came_from_keeper_ = true;
    phase_ = Phase::done;
}

// ---- The static table's stage --------------------------------------------------------------------------------------

void Fit::fit_table() {
    const semantic::StaticTable& table = instruments_.table;
    if (!stage_) {
        if (background_.of_table.empty()) {
            background_.of_table = static_vectors(background_lines(), instruments_.pieces, table);
        }
        table_vectors_ = static_vectors(groups_->phrases(), instruments_.pieces, table);
        stage_.emplace(groups_, table.dimensions(), table_vectors_, background_.of_table);
        return;
    }
    if (stage_->step()) return;
    table_stage_ = stage_->take();
    stage_.reset();
    table_vectors_ = {};
    fitted_ = std::make_shared<const FittedList>(groups_, *table_stage_, std::nullopt);
    phase_ = Phase::vectors;
    if (instruments_.phrases) return;
    phase_ = Phase::done;
    keep_result();
}

// ---- The model's vectors -------------------------------------------------------------------------------------------

std::string Fit::vector_key(std::string_view text) const {
    // Texts are not compared once they are keys: two hashes of them, and their length.
    const std::uint64_t hash = base::hash_bytes(text);
    return "vector/" + instruments_.phrases->card().identity + "/" + std::to_string(hash) + "-" +
           std::to_string(base::hash_bytes(std::string(text) + "\x1F" + std::to_string(hash))) + "-" +
           std::to_string(text.size());
}

std::string_view Fit::text(std::size_t index) const {
    const auto phrases = groups_->phrases();
    return index < phrases.size() ? std::string_view(phrases[index]) : background_lines()[index - phrases.size()];
}

std::vector<float>& Fit::target(std::size_t index, std::size_t& row) {
    const std::size_t phrases = groups_->phrases().size();
    row = index < phrases ? index : index - phrases;
    return index < phrases ? model_vectors_ : own_background_;
}

void Fit::take_vectors() {
    const std::size_t phrases = groups_->phrases().size();
    if (!has_asked_) {
        wants_background_ = background_.of_model.empty();
        model_vectors_.assign(phrases * dimensions(), 0);
        if (wants_background_) own_background_.assign(background_lines().size() * dimensions(), 0);
    }
    const std::size_t texts = phrases + (wants_background_ ? background_lines().size() : 0);
    if (keeper_ && !has_asked_) {
        std::vector<std::string> keys;
        keys.reserve(texts);
        for (std::size_t i = 0; i < texts; ++i) keys.push_back(vector_key(text(i)));
        return ask(std::move(keys));
    }
    has_asked_ = false;
    const std::vector<std::string> values = mailbox_->take().value_or(std::vector<std::string>());
    const auto take = [&](std::size_t index) {
        std::size_t row = 0;
        std::vector<float>& vectors = target(index, row);
        const bool is_kept = index < values.size() && values[index].size() == dimensions() * sizeof(float);
        if (is_kept) std::memcpy(vectors.data() + row * dimensions(), values[index].data(), values[index].size());
        if (!is_kept) missing_.push_back(index);
    };
    for (std::size_t i = phrases; i-- > 0;) take(i);
    for (std::size_t i = texts; i-- > phrases;) take(i);  // the background first: other lists wait for it
    phase_ = Phase::missing;
}

void Fit::encode_missing() {
    std::vector<std::size_t> now;
    while (!missing_.empty() && now.size() < k_texts_a_step) {
        now.push_back(missing_.back());
        missing_.pop_back();
    }
    std::vector<std::string_view> texts;
    for (const std::size_t index : now) texts.push_back(text(index));
    std::vector<float> vectors(now.size() * dimensions());
    if (!now.empty() && !instruments_.phrases->encode(texts, vectors)) {
        phase_ = Phase::failed;
        return;
    }
    for (std::size_t i = 0; i < now.size(); ++i) {
        const auto vector = std::span(vectors).subspan(i * dimensions(), dimensions());
        std::size_t row = 0;
        std::vector<float>& into = target(now[i], row);
        std::copy(vector.begin(), vector.end(), into.begin() + static_cast<std::ptrdiff_t>(row * dimensions()));
        if (keeper_) made_.emplace_back(vector_key(texts[i]), bytes_of(vector));
    }
    if (made_.size() >= k_vectors_a_put || missing_.empty()) keep_vectors();
    const bool has_background = missing_.empty() || missing_.back() < groups_->phrases().size();
    if (wants_background_ && has_background) {
        wants_background_ = false;
        background_.of_model = std::move(own_background_);
    }
    if (missing_.empty()) phase_ = Phase::model;
}

// ---- The model's stage ---------------------------------------------------------------------------------------------

void Fit::fit_model() {
    if (!stage_) {
        stage_.emplace(groups_, dimensions(), model_vectors_, background_.of_model);
        return;
    }
    if (stage_->step()) return;
    fitted_ = std::make_shared<const FittedList>(groups_, std::move(*table_stage_), stage_->take());
    stage_.reset();
    table_stage_.reset();
    model_vectors_ = {};
    phase_ = Phase::done;
    keep_result();
}

void Fit::keep_vectors() {
    if (!made_.empty()) keeper_->put(std::exchange(made_, {}));
}

void Fit::keep_result() {
    if (keeper_) keeper_->put({{"fit/" + key_, fitted_->serialise()}});
}

}  // namespace earshot::meaning
