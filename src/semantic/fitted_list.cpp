#include "earshot/semantic/fitted_list.hpp"

#include "earshot/base/hash.hpp"
#include "earshot/semantic/background.hpp"

#include "calibration.hpp"

#include <cassert>
#include <cmath>
#include <cstdio>

namespace earshot::semantic {
namespace {

const Calibration& calibration_of(Stage stage) noexcept {
    return stage == Stage::full ? k_full_calibration : k_static_calibration;
}

// 128 bits by two chains of different beginnings: nobody compares phrases before a key is trusted to be of them.
class KeyHash {
public:
    void add(std::uint64_t value) noexcept {
        first_ = base::mix(first_, value);
        second_ = base::mix(value, second_);
    }
    void add(std::string_view bytes) noexcept {
        add(bytes.size());
        add(base::hash_bytes(bytes));
    }
    std::string text() const {
        char digits[33];
        std::snprintf(digits, sizeof digits, "%016llx%016llx", static_cast<unsigned long long>(first_),
                      static_cast<unsigned long long>(second_));
        return digits;
    }

private:
    std::uint64_t first_ = 0x6A09E667F3BCC908;  // digits of square roots: any two different numbers do
    std::uint64_t second_ = 0xBB67AE8584CAA73B;
};

}  // namespace

FittedList::FittedList(std::shared_ptr<const PhraseGroups> groups, FittedStage static_stage,
                       std::optional<FittedStage> full)
    : groups_(std::move(groups)), static_(std::move(static_stage)), full_(std::move(full)) {
    assert(static_.biases.size() == groups_->size() && (!full_ || full_->biases.size() == groups_->size()));
    std::vector<double> left_out(static_.left_out.begin(), static_.left_out.end());
    shifts_[index(Stage::static_table)] = shifts_of(k_static_calibration, left_out);
    if (!full_) return;
    for (std::size_t g = 0; g < left_out.size(); ++g) {
        left_out[g] = k_static_share * left_out[g] + static_cast<double>(full_->left_out[g]);
    }
    shifts_[index(Stage::full)] = shifts_of(k_full_calibration, left_out);
}

double FittedList::told_score(Stage stage, std::uint32_t group, double raw) const noexcept {
    return 1 / (1 + std::exp((shift(stage, group) - raw) / calibration_of(stage).spread));
}

double FittedList::raw_score(Stage stage, std::uint32_t group, double told) const noexcept {
    return shift(stage, group) + calibration_of(stage).spread * std::log(told / (1 - told));
}

std::size_t FittedList::memory_bytes() const noexcept {
    std::size_t bytes = sizeof(*this) + 2 * groups_->size() * sizeof(double);
    for (const FittedStage* stage : {&static_, full_ ? &*full_ : nullptr}) {
        if (stage == nullptr) continue;
        bytes += (stage->weights.size() + stage->biases.size() + stage->left_out.size() + stage->phrase_scales.size()) *
                     sizeof(float) +
                 stage->phrases.size();
    }
    for (const std::string& phrase : groups_->phrases())
        bytes += sizeof(phrase) + phrase.size() + sizeof(std::uint32_t);
    return bytes;
}

std::string FittedList::key(const PhraseGroups& groups, const VectorSources& sources) {
    KeyHash hash;
    hash.add(k_fit_version);
    hash.add(background_hash());
    hash.add(sources.static_table);
    hash.add(sources.model);
    hash.add(groups.phrases().size());
    for (const std::string& phrase : groups.phrases()) hash.add(phrase);
    for (std::size_t g = 0; g < groups.size(); ++g) {
        hash.add(groups.group(g).size());
        for (const std::uint32_t phrase : groups.group(g)) hash.add(phrase);
    }
    return hash.text();
}

}  // namespace earshot::semantic
