#pragma once

#include "earshot/base/error.hpp"
#include "earshot/semantic/head_fitting.hpp"
#include "earshot/semantic/phrase_groups.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::semantic {

/// By which vectors a window was judged.
enum class Stage : std::uint8_t {
    static_table,  ///< the static table's alone: microseconds, on any window
    full,          ///< a model's and the static table's
};

/// What vectors a list was fitted with.
struct VectorSources {
    std::string_view static_table;  ///< identity of the table: hash of its file
    std::string_view model;         ///< ModelCard::identity; empty: static stage only
};

/// Heads of a list, ready for hearing: both stages, or the static one alone while the other is being fitted or where
/// there is no model. A *raw* score of a window is the static head's, or the model's head's and half the static one's;
/// raw scores of two lists, or of two trackers of one, do not mean the same. The shift takes most of that away: it is
/// worked out from the raw scores that a group's phrases get from heads that have not seen them, and shifted scores
/// are told as a number where 0.5 is the threshold that serves lists of one tracker and of hundreds.
///
/// Immutable; any number of threads. Shared by all lists with equal PhraseGroups.
class FittedList {
public:
    /// `full` is empty for the static stage alone. Each stage was fitted for `groups`.
    FittedList(std::shared_ptr<const PhraseGroups> groups, FittedStage static_stage, std::optional<FittedStage> full);

    const PhraseGroups& groups() const noexcept { return *groups_; }
    bool has(Stage stage) const noexcept { return stage == Stage::static_table || full_.has_value(); }

    /// The heads that a stage adds: Stage::full gives those of the model. Needs has(stage).
    const FittedStage& heads(Stage stage) const noexcept { return stage == Stage::full ? *full_ : static_; }

    /// What is taken off a group's raw score. Needs has(stage).
    double shift(Stage stage, std::uint32_t group) const noexcept { return shifts_[index(stage)][group]; }

    /// 0..1 of a raw score, rising with it; 0.5 where it equals the shift.
    double told_score(Stage stage, std::uint32_t group, double raw) const noexcept;

    /// The raw score from which on the told one is at least `told`: infinite for 0 and 1.
    double raw_score(Stage stage, std::uint32_t group, double told) const noexcept;

    /// Bytes held, roughly, for caches and metrics.
    std::size_t memory_bytes() const noexcept;

    /// 32 hexadecimal digits: the same for lists of equal phrases, vectors, background and version, and else another.
    /// What a fitted list is kept under.
    static std::string key(const PhraseGroups& groups, const VectorSources& sources);

    /// Bytes for a cache, to be read on machines of the same endianness.
    std::string serialise() const;

    /// Reads what `serialise` gave for a list with these groups. Errors: invalid_value (cut short, damaged, of another
    /// version, or of other phrases: fit it anew).
    static base::Result<FittedList> parse(std::string_view bytes, std::shared_ptr<const PhraseGroups> groups);

private:
    static constexpr std::size_t index(Stage stage) noexcept { return static_cast<std::size_t>(stage); }

    std::shared_ptr<const PhraseGroups> groups_;
    FittedStage static_;
    std::optional<FittedStage> full_;
    std::vector<double> shifts_[2];  // by stage, then by group
};

/// The weight of the static head in the raw score of the stage `full`.
inline constexpr double k_static_share = 0.5;

}  // namespace earshot::semantic
