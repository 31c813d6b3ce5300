#pragma once

#include "earshot/base/error.hpp"
#include "earshot/detect/tracker_definition.hpp"
#include "earshot/match/pattern_set.hpp"
#include "earshot/match/phrase_set.hpp"
#include "earshot/text/tokenizer.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace earshot::detect {

/// Gives compiled phrase sets for their definitions. The plain one compiles; a server's shares sets between sessions.
class PhraseSetSource {
public:
    virtual ~PhraseSetSource() = default;
    virtual std::shared_ptr<const match::PhraseSet> get(match::PhraseSetDefinition definition);
};

/// A list of trackers made ready for hearing: the shared phrase set, the patterns, and the overlay that says which
/// tracker uses which phrase for what. Immutable, safe for any number of threads, shared by sessions with equal lists.
class TrackerList {
public:
    /// What a phrase of the set is to a tracker.
    enum class Role : std::uint8_t { vocabulary, exclusion };

    struct PhraseUse {
        std::uint32_t tracker;  ///< index in definition().trackers
        std::uint32_t phrase;   ///< index in its vocabulary or exclude_vocabulary
        Role role;
        friend bool operator==(const PhraseUse&, const PhraseUse&) = default;
    };

    struct PatternUse {
        std::uint32_t tracker;
        std::uint32_t pattern;  ///< index in its patterns
    };

    /// Compiles `definition`; its phrase set comes from `sets`. A phrase given twice in a tracker is taken once.
    /// Errors, with `path` as in "/2/vocabulary/0" (from the list's root): Errc::phrase_without_word,
    /// Errc::invalid_pattern, Errc::too_large (a pattern over `limits`, alone or with those before it), Errc::too_many
    /// (patterns), Errc::invalid_value (a tracker without phrase and pattern).
    static base::Result<std::shared_ptr<const TrackerList>> compile(TrackerListDefinition definition,
                                                                    const match::PatternLimits& limits,
                                                                    text::Tokenizer& tokenizer, PhraseSetSource& sets);

    const TrackerListDefinition& definition() const noexcept { return definition_; }
    const TrackerDefinition& tracker(std::uint32_t index) const noexcept { return definition_.trackers[index]; }
    std::size_t size() const noexcept { return definition_.trackers.size(); }

    const match::PhraseSet& phrases() const noexcept { return *phrases_; }
    const match::PatternSet& patterns() const noexcept { return *patterns_; }

    std::span<const PhraseUse> uses(match::PhraseId phrase) const noexcept;
    PatternUse pattern_use(std::uint32_t pattern) const noexcept { return pattern_uses_[pattern]; }

    /// The tiers in which a tracker is heard: its own, or the list's.
    TierSet tiers(std::uint32_t tracker) const noexcept;

    /// Least score of its `fuzzy` and `semantic` hits.
    double threshold(std::uint32_t tracker, double calibrated_default) const noexcept;

    /// True if some tracker is heard in `tier`.
    bool has_tier(Tier tier) const noexcept { return used_tiers_.has(tier); }

private:
    TrackerList() = default;
    base::Result<void> add_phrases(text::Tokenizer& tokenizer, PhraseSetSource& sets);
    base::Result<void> add_patterns(const match::PatternLimits& limits);

    TrackerListDefinition definition_;
    std::shared_ptr<const match::PhraseSet> phrases_;
    std::shared_ptr<const match::PatternSet> patterns_;
    std::vector<std::uint32_t> use_begin_;  // of phrase p: uses_[use_begin_[p], use_begin_[p + 1])
    std::vector<PhraseUse> uses_;
    std::vector<PatternUse> pattern_uses_;
    TierSet used_tiers_;
};

}  // namespace earshot::detect
