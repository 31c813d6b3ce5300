#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace earshot::detect {

/// How a phrase was heard.
enum class Tier : std::uint8_t {
    exact,      ///< its words in a row
    pattern,    ///< a regular expression
    inflected,  ///< its words in other inflections
    fuzzy,      ///< its words as a recogniser garbles them
    semantic,   ///< other words that mean the same
};

inline constexpr std::array k_all_tiers{Tier::exact, Tier::pattern, Tier::inflected, Tier::fuzzy, Tier::semantic};

/// The tier's name on the wire.
std::string_view tier_name(Tier tier) noexcept;
std::optional<Tier> find_tier(std::string_view name) noexcept;

/// `exact` and `pattern`: what was said is what the tracker names, to the letter.
constexpr bool is_literal(Tier tier) noexcept {
    return tier == Tier::exact || tier == Tier::pattern;
}

/// Known at once, without a scorer's verdict.
constexpr bool is_immediate(Tier tier) noexcept {
    return is_literal(tier) || tier == Tier::inflected;
}

/// The score of the tiers whose score is fixed; 0 for the others.
constexpr double fixed_score(Tier tier) noexcept {
    return is_literal(tier) ? 1.0 : tier == Tier::inflected ? 0.95 : 0.0;
}

/// A set of tiers.
class TierSet {
public:
    constexpr TierSet() noexcept = default;

    static constexpr TierSet all() noexcept { return TierSet((1U << k_all_tiers.size()) - 1); }

    constexpr bool has(Tier tier) const noexcept { return (bits_ & bit(tier)) != 0; }
    constexpr TierSet& insert(Tier tier) noexcept {
        bits_ |= bit(tier);
        return *this;
    }
    constexpr bool empty() const noexcept { return bits_ == 0; }
    friend constexpr bool operator==(TierSet, TierSet) noexcept = default;

private:
    constexpr explicit TierSet(unsigned bits) noexcept : bits_(bits) {}
    static constexpr unsigned bit(Tier tier) noexcept { return 1U << static_cast<unsigned>(tier); }

    unsigned bits_ = 0;
};

}  // namespace earshot::detect
