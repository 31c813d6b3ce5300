#include "earshot/detect/tracker_list.hpp"

#include "earshot/text/utf8.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace earshot::detect {
namespace {

using base::Errc;
using base::Error;
using base::Result;

Error at(Errc code, std::string message, std::size_t tracker, std::string_view member, std::size_t index) {
    Error error{code, std::move(message), {}, {}};
    error.path = "/" + std::to_string(tracker) + "/" + std::string(member) + "/" + std::to_string(index);
    return error;
}

// A phrase of the list with what it is to its tracker; sorted by its normal form, this is the set and its overlay in
// one.
struct NormalisedUse {
    std::string normal_form;
    TrackerList::PhraseUse use;
};

}  // namespace

std::shared_ptr<const match::PhraseSet> PhraseSetSource::get(match::PhraseSetDefinition definition) {
    return std::make_shared<const match::PhraseSet>(std::move(definition));
}

Result<std::shared_ptr<const TrackerList>> TrackerList::compile(TrackerListDefinition definition,
                                                                const match::PatternLimits& limits,
                                                                text::Tokenizer& tokenizer, PhraseSetSource& sets) {
    std::shared_ptr<TrackerList> list(new TrackerList);
    list->definition_ = std::move(definition);
    const auto& trackers = list->definition_.trackers;
    for (std::size_t i = 0; i < trackers.size(); ++i) {
        if (trackers[i].vocabulary.empty() && trackers[i].patterns.empty()) {
            return Error{
                Errc::invalid_value, "\"vocabulary\" must hold a phrase", "/" + std::to_string(i) + "/vocabulary", {}};
        }
        for (const Tier tier : k_all_tiers) {
            if (list->tiers(static_cast<std::uint32_t>(i)).has(tier)) list->used_tiers_.insert(tier);
        }
    }
    if (auto added = list->add_phrases(tokenizer, sets); !added) return added.error();
    if (auto added = list->add_patterns(limits); !added) return added.error();
    return std::shared_ptr<const TrackerList>(std::move(list));
}

Result<void> TrackerList::add_phrases(text::Tokenizer& tokenizer, PhraseSetSource& sets) {
    std::vector<NormalisedUse> all;
    const auto add = [&](std::uint32_t tracker, const std::vector<std::string>& phrases, Role role) -> Result<void> {
        std::unordered_set<std::string_view> seen;
        for (std::uint32_t i = 0; i < phrases.size(); ++i) {
            if (!seen.insert(text::trim(phrases[i])).second) continue;
            std::string normal_form = match::PhraseSet::normalise(phrases[i], tokenizer);
            if (normal_form.empty()) {
                const std::string_view member = role == Role::vocabulary ? "vocabulary" : "excludeVocabulary";
                return at(Errc::phrase_without_word, "\"" + std::string(member) + "\" holds a phrase without a word",
                          tracker, member, i);
            }
            all.push_back({std::move(normal_form), {tracker, i, role}});
        }
        return {};
    };
    for (std::uint32_t i = 0; i < definition_.trackers.size(); ++i) {
        if (auto added = add(i, definition_.trackers[i].vocabulary, Role::vocabulary); !added) return added;
        if (auto added = add(i, definition_.trackers[i].exclude_vocabulary, Role::exclusion); !added) return added;
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.normal_form < b.normal_form; });

    match::PhraseSetDefinition set;
    if (used_tiers_.has(Tier::inflected)) {
        set.inflection = match::Inflection::on;
        set.language = definition_.settings.language;
    }
    uses_.reserve(all.size());
    for (NormalisedUse& entry : all) {
        if (set.phrases.empty() || set.phrases.back() != entry.normal_form) {
            use_begin_.push_back(static_cast<std::uint32_t>(uses_.size()));
            set.phrases.push_back(std::move(entry.normal_form));
        }
        uses_.push_back(entry.use);
    }
    use_begin_.push_back(static_cast<std::uint32_t>(uses_.size()));
    phrases_ = sets.get(std::move(set));
    return {};
}

Result<void> TrackerList::add_patterns(const match::PatternLimits& limits) {
    std::vector<std::string> expressions;
    for (std::uint32_t i = 0; i < definition_.trackers.size(); ++i) {
        const auto& patterns = definition_.trackers[i].patterns;
        std::unordered_set<std::string_view> seen;
        for (std::uint32_t k = 0; k < patterns.size(); ++k) {
            if (!seen.insert(patterns[k]).second) continue;
            expressions.push_back(patterns[k]);
            pattern_uses_.push_back({i, k});
        }
    }
    auto compiled = match::PatternSet::compile(std::move(expressions), limits);
    if (!compiled) {
        Error error = compiled.error();
        const std::size_t index = std::stoul(error.path.substr(1));
        const PatternUse use = pattern_uses_[index];
        Error placed = at(error.code, std::move(error.message), use.tracker, "patterns", use.pattern);
        placed.details = std::move(error.details);
        return placed;
    }
    patterns_ = std::move(compiled.value());
    return {};
}

std::span<const TrackerList::PhraseUse> TrackerList::uses(match::PhraseId phrase) const noexcept {
    return std::span(uses_).subspan(use_begin_[phrase], use_begin_[phrase + 1] - use_begin_[phrase]);
}

TierSet TrackerList::tiers(std::uint32_t tracker) const noexcept {
    return definition_.trackers[tracker].tiers.value_or(definition_.settings.tiers);
}

double TrackerList::threshold(std::uint32_t tracker, double calibrated_default) const noexcept {
    const auto& own = definition_.trackers[tracker].threshold;
    return own ? *own : definition_.settings.threshold.value_or(calibrated_default);
}

}  // namespace earshot::detect
