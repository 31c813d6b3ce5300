#pragma once

#include "earshot/detect/tracker_list.hpp"
#include "earshot/text/tokenizer.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace earshot::semantic {

/// The phrases of a list of trackers, and which of them belong together: all that fitting knows of the list. A *group*
/// is the set of phrases of one tracker; trackers with the same phrases are one group. Names, ids, order and whatever
/// else trackers carry do not enter, so equal content gives equal groups with equal numbers, however it was given.
///
/// Immutable; any number of threads.
class PhraseGroups {
public:
    /// `vocabularies`: for each tracker its phrases' plain texts (plain_text.hpp), none empty, in any order,
    /// repetitions allowed. A tracker without phrases makes no group.
    explicit PhraseGroups(const std::vector<std::vector<std::string>>& vocabularies);

    /// All phrases: plain texts, sorted by bytes, each once. The order of the vectors that fitting asks for.
    std::span<const std::string> phrases() const noexcept { return phrases_; }

    /// Groups.
    std::size_t size() const noexcept { return begins_.size() - 1; }

    /// The group's phrases: indices in phrases(), rising.
    std::span<const std::uint32_t> group(std::size_t index) const noexcept {
        return std::span(members_).subspan(begins_[index], begins_[index + 1] - begins_[index]);
    }

    /// The number of the group with just these phrases (rising, each once), or size().
    std::size_t find(std::span<const std::uint32_t> phrases) const noexcept;

    /// The index of a plain text in phrases(), which must hold it.
    std::uint32_t index_of(std::string_view phrase) const noexcept;

    friend bool operator==(const PhraseGroups&, const PhraseGroups&) = default;

private:
    std::vector<std::string> phrases_;
    std::vector<std::uint32_t> members_;  // of group g: [begins_[g], begins_[g + 1])
    std::vector<std::uint32_t> begins_{0};
};

/// How one tracker of a list listens by meaning.
struct ListeningTracker {
    std::uint32_t tracker = 0;  ///< index in its TrackerList
    std::uint32_t group = 0;    ///< in the PhraseGroups
    double threshold = 0;       ///< least score of what is reported of it
    std::vector<std::uint32_t>
        vocabulary;  ///< by place in its group: index in its vocabulary (of equal ones the first)
};

/// A list of trackers as meaning sees it: what is fitted (`groups`), and the overlay that says which tracker hears
/// through which group. Trackers that do not listen in the tier `semantic` or have no phrases are in neither.
struct ListMeaning {
    std::shared_ptr<const PhraseGroups> groups;
    std::vector<ListeningTracker> trackers;  ///< by their index
};

/// The score from which on a tracker without a threshold of its own is heard, by construction of the score.
inline constexpr double k_default_threshold = 0.5;

/// Reads a list. About 1 us a phrase; `tokenizer` belongs to the calling thread. `default_threshold`: of trackers that
/// have none of their own.
ListMeaning meaning_of(const detect::TrackerList& list, text::Tokenizer& tokenizer,
                       double default_threshold = k_default_threshold);

}  // namespace earshot::semantic
