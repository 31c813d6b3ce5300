#include "earshot/semantic/phrase_groups.hpp"

#include "earshot/semantic/plain_text.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace earshot::semantic {
namespace {

void sort_and_deduplicate(auto& values) {
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
}

std::vector<std::uint32_t> indices_in(const PhraseGroups& groups, std::span<const std::string> vocabulary) {
    std::vector<std::uint32_t> indices;
    indices.reserve(vocabulary.size());
    for (const std::string& phrase : vocabulary) indices.push_back(groups.index_of(phrase));
    sort_and_deduplicate(indices);
    return indices;
}

// The overlay's part for one tracker: where each phrase of its group stands in its vocabulary.
ListeningTracker listening(const PhraseGroups& groups, std::span<const std::string> vocabulary) {
    const std::vector<std::uint32_t> members = indices_in(groups, vocabulary);
    ListeningTracker out;
    out.group = static_cast<std::uint32_t>(groups.find(members));
    out.vocabulary.resize(members.size());
    for (std::size_t i = vocabulary.size(); i-- > 0;) {  // backwards, so that the first of equal ones stays
        const auto place = std::lower_bound(members.begin(), members.end(), groups.index_of(vocabulary[i]));
        out.vocabulary[static_cast<std::size_t>(place - members.begin())] = static_cast<std::uint32_t>(i);
    }
    return out;
}

}  // namespace

PhraseGroups::PhraseGroups(const std::vector<std::vector<std::string>>& vocabularies) {
    for (const auto& vocabulary : vocabularies) phrases_.insert(phrases_.end(), vocabulary.begin(), vocabulary.end());
    sort_and_deduplicate(phrases_);
    std::vector<std::vector<std::uint32_t>> groups;
    for (const auto& vocabulary : vocabularies) {
        if (!vocabulary.empty()) groups.push_back(indices_in(*this, vocabulary));
    }
    sort_and_deduplicate(groups);
    for (const auto& group : groups) {
        members_.insert(members_.end(), group.begin(), group.end());
        begins_.push_back(static_cast<std::uint32_t>(members_.size()));
    }
}

std::size_t PhraseGroups::find(std::span<const std::uint32_t> phrases) const noexcept {
    std::size_t low = 0;
    std::size_t high = size();
    while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        const auto members = group(middle);
        if (std::lexicographical_compare(members.begin(), members.end(), phrases.begin(), phrases.end())) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == size()) return low;
    const auto members = group(low);
    return std::equal(members.begin(), members.end(), phrases.begin(), phrases.end()) ? low : size();
}

std::uint32_t PhraseGroups::index_of(std::string_view phrase) const noexcept {
    return static_cast<std::uint32_t>(std::lower_bound(phrases_.begin(), phrases_.end(), phrase) - phrases_.begin());
}

ListMeaning meaning_of(const detect::TrackerList& list, text::Tokenizer& tokenizer, double default_threshold) {
    std::vector<std::uint32_t> trackers;
    std::vector<std::vector<std::string>> vocabularies;
    for (std::uint32_t t = 0; t < list.size(); ++t) {
        const std::vector<std::string>& phrases = list.tracker(t).vocabulary;
        if (phrases.empty() || !list.tiers(t).has(detect::Tier::semantic)) continue;
        trackers.push_back(t);
        std::vector<std::string>& plain = vocabularies.emplace_back();
        for (const std::string& phrase : phrases) plain.push_back(plain_text(phrase, tokenizer));
    }
    ListMeaning meaning{std::make_shared<const PhraseGroups>(vocabularies), {}};
    for (std::size_t i = 0; i < trackers.size(); ++i) {
        ListeningTracker& tracker = meaning.trackers.emplace_back(listening(*meaning.groups, vocabularies[i]));
        tracker.tracker = trackers[i];
        tracker.threshold = list.threshold(trackers[i], default_threshold);
    }
    return meaning;
}

}  // namespace earshot::semantic
