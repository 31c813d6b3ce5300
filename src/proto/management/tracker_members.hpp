#pragma once

#include "earshot/proto/management_codec.hpp"
#include "earshot/text/tokenizer.hpp"

#include "management/body_reader.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::proto {

/// What the entries of a tracker's list are.
enum class EntryKind : std::uint8_t { phrase, pattern, language, label };

struct ListMember {
    std::string_view name;
    std::vector<std::string> detect::TrackerDefinition::* list;
    EntryKind kind;
};

inline constexpr std::array k_list_members{
    ListMember{"vocabulary", &detect::TrackerDefinition::vocabulary, EntryKind::phrase},
    ListMember{"excludeVocabulary", &detect::TrackerDefinition::exclude_vocabulary, EntryKind::phrase},
    ListMember{"patterns", &detect::TrackerDefinition::patterns, EntryKind::pattern},
    ListMember{"languages", &detect::TrackerDefinition::languages, EntryKind::language},
    ListMember{"speakers", &detect::TrackerDefinition::speakers, EntryKind::label},
    ListMember{"categories", &detect::TrackerDefinition::categories, EntryKind::label},
};

/// The member of that name; null if there is none.
const ListMember* find_list_member(std::string_view name) noexcept;

inline constexpr std::string_view k_default_language = "en-US";
inline constexpr std::string_view k_no_phrase = "must hold at least one phrase";
inline constexpr std::string_view k_duplicate = "contains a duplicate value";

/// Entries of one list with equal identities are the same. A view into `entry`.
std::string_view identity_of(std::string_view entry, EntryKind kind) noexcept;

/// How much a tracker holds.
struct TrackerSize {
    std::size_t entries = 0;  ///< of all its lists
    std::size_t bytes = 0;    ///< of all its texts
};
TrackerSize size_of(const detect::TrackerDefinition& tracker) noexcept;

/// Reads the name of a tier.
std::optional<detect::Tier> read_tier(const BodyValue& value);

/// Reads the values of a tracker's members and checks each against the rules. One for each body: it counts what the
/// whole body holds and what its patterns cost. Values for which it noted a finding are none.
class MemberReader {
public:
    explicit MemberReader(const ManagementRules& rules) : rules_(rules) {}

    std::optional<std::string_view> name(const BodyValue& value) const;
    std::optional<std::string_view> description(const BodyValue& value) const;
    std::optional<double> threshold(const BodyValue& value) const { return value.number(0, 1); }
    std::optional<double> cooldown(const BodyValue& value) const { return value.number(0, 1e9); }
    std::optional<std::string_view> entry(const BodyValue& value, EntryKind kind);

    /// Counts an entry. False, and noted once, beyond what a body, or each tracker, may hold.
    bool has_room(const BodyValue& value, EntryKind kind);

    /// From here on entries and patterns are counted anew, where these are bounded for each tracker and not for the
    /// whole body. What the patterns cost is bounded for the whole.
    void begin_tracker() noexcept { phrases_ = patterns_ = 0; }

private:
    std::string problem_of_phrase(std::string_view phrase);
    std::string problem_of_pattern(std::string_view pattern);

    const ManagementRules& rules_;
    text::Tokenizer tokenizer_;
    text::WordList words_;
    std::size_t phrases_ = 0;  // patterns among them
    std::size_t patterns_ = 0;
    std::size_t pattern_cost_ = 0;
    bool is_over_cost_ = false;  // further patterns are not looked at
};

}  // namespace earshot::proto
