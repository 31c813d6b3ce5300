#include "earshot/semantic/head_fitting.hpp"

#include "earshot/base/hash.hpp"

#include "logistic_regression.hpp"
#include "unit_bytes.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <numeric>

namespace earshot::semantic {

class StageFit::Impl {
public:
    Impl(std::shared_ptr<const PhraseGroups> groups, std::size_t dimensions, std::span<const float> phrase_vectors,
         std::span<const float> background_vectors, const FitSettings& settings)
        : groups_(std::move(groups)),
          phrase_vectors_(phrase_vectors),
          settings_(settings),
          hash_order_(in_order_of_hashes(*groups_)),
          background_(dimensions, background_vectors.size() / dimensions),
          pool_(dimensions, pool_size()) {
        assert(phrase_vectors.size() == groups_->phrases().size() * dimensions && !background_vectors.empty());
        stage_.dimensions = dimensions;
        for (std::size_t i = 0; i < background_vectors.size() / dimensions; ++i) {
            background_.add(background_vectors.subspan(i * dimensions, dimensions));
        }
        for (std::size_t i = 0; i < pool_size(); ++i) pool_.add(vector(hash_order_[i]));
        append_unit_bytes(phrase_vectors, dimensions, stage_.phrases, stage_.phrase_scales);
    }

    std::size_t steps_left() const noexcept { return groups_->size() - stage_.biases.size(); }

    void step() {
        const auto members = groups_->group(stage_.biases.size());
        const std::vector<std::uint32_t> learned = members_to_learn(members);
        SolverRows rows(stage_.dimensions, learned.size());
        for (const std::uint32_t phrase : learned) rows.add(vector(phrase));
        const std::vector<SolverRow> negatives = negatives_of(members);

        const LinearScore head = fit(rows, all_but_fold(learned.size(), 1, 1), negatives, nullptr);
        for (const double weight : head.weights) stage_.weights.push_back(static_cast<float>(weight));
        stage_.biases.push_back(static_cast<float>(head.bias));
        stage_.left_out.push_back(left_out(rows, learned, negatives, head));
    }

    FittedStage take() {
        assert(steps_left() == 0);
        return std::move(stage_);
    }

private:
    static std::vector<std::uint32_t> in_order_of_hashes(const PhraseGroups& groups) {
        const auto phrases = groups.phrases();
        std::vector<std::uint64_t> hashes;
        for (const std::string& phrase : phrases) hashes.push_back(base::hash_bytes(phrase));
        std::vector<std::uint32_t> order(phrases.size());
        std::iota(order.begin(), order.end(), 0U);
        std::stable_sort(order.begin(), order.end(),
                         [&](std::uint32_t a, std::uint32_t b) { return hashes[a] < hashes[b]; });
        return order;
    }

    // Enough for every group to find its negatives among the first in the order of hashes.
    std::size_t pool_size() const {
        std::size_t largest = 0;
        for (std::size_t g = 0; g < groups_->size(); ++g) largest = std::max(largest, groups_->group(g).size());
        return std::min(hash_order_.size(), settings_.max_negatives + largest);
    }

    std::span<const float> vector(std::uint32_t phrase) const {
        return phrase_vectors_.subspan(std::size_t{phrase} * stage_.dimensions, stage_.dimensions);
    }

    // In the order of their hashes, by which they are also dealt out to folds.
    std::vector<std::uint32_t> members_to_learn(std::span<const std::uint32_t> members) const {
        std::vector<std::uint32_t> learned;
        for (const std::uint32_t phrase : hash_order_) {
            if (learned.size() == std::min(settings_.max_positives, members.size())) break;
            if (std::binary_search(members.begin(), members.end(), phrase)) learned.push_back(phrase);
        }
        return learned;
    }

    std::vector<SolverRow> negatives_of(std::span<const std::uint32_t> members) const {
        std::vector<SolverRow> rows;
        for (std::uint32_t i = 0; i < pool_.size() && rows.size() < settings_.max_negatives; ++i) {
            if (!std::binary_search(members.begin(), members.end(), hash_order_[i])) rows.push_back({&pool_, i});
        }
        for (std::uint32_t i = 0; i < background_.size(); ++i) rows.push_back({&background_, i});
        return rows;
    }

    static std::vector<std::uint32_t> all_but_fold(std::size_t size, std::size_t fold, std::size_t folds) {
        std::vector<std::uint32_t> kept;
        for (std::uint32_t i = 0; i < size; ++i) {
            if (i % folds != fold) kept.push_back(i);
        }
        return kept;
    }

    LinearScore fit(const SolverRows& rows, std::span<const std::uint32_t> kept, std::span<const SolverRow> negatives,
                    const LinearScore* start) const {
        std::vector<SolverRow> positives;
        for (const std::uint32_t row : kept) positives.push_back({&rows, row});
        return fit_logistic_regression(positives, negatives, settings_.cost,
                                       settings_.positive_weight / static_cast<double>(kept.size()), start);
    }

    float left_out(const SolverRows& rows, std::span<const std::uint32_t> learned, std::span<const SolverRow> negatives,
                   const LinearScore& head) const {
        const std::size_t folds = std::min(settings_.folds, learned.size());
        if (folds < 2) return std::numeric_limits<float>::quiet_NaN();
        double sum = 0;
        for (std::size_t fold = 0; fold < folds; ++fold) {
            const LinearScore blind = fit(rows, all_but_fold(learned.size(), fold, folds), negatives, &head);
            for (std::size_t i = fold; i < learned.size(); i += folds) sum += blind(vector(learned[i]));
        }
        return static_cast<float>(sum / static_cast<double>(learned.size()));
    }

    std::shared_ptr<const PhraseGroups> groups_;
    std::span<const float> phrase_vectors_;
    FitSettings settings_;
    std::vector<std::uint32_t> hash_order_;  // of all phrases
    SolverRows background_;
    SolverRows pool_;  // the first phrases in the order of hashes
    FittedStage stage_;
};

StageFit::StageFit(std::shared_ptr<const PhraseGroups> groups, std::size_t dimensions,
                   std::span<const float> phrase_vectors, std::span<const float> background_vectors,
                   const FitSettings& settings)
    : impl_(std::make_unique<Impl>(std::move(groups), dimensions, phrase_vectors, background_vectors, settings)) {}
StageFit::~StageFit() = default;
StageFit::StageFit(StageFit&&) noexcept = default;

bool StageFit::step() {
    if (impl_->steps_left() == 0) return false;
    impl_->step();
    return true;
}

std::size_t StageFit::steps_left() const noexcept {
    return impl_->steps_left();
}

FittedStage StageFit::take() {
    return impl_->take();
}

}  // namespace earshot::semantic
