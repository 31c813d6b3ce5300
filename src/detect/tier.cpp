#include "earshot/detect/tier.hpp"

namespace earshot::detect {

std::string_view tier_name(Tier tier) noexcept {
    switch (tier) {
        case Tier::exact:
            return "exact";
        case Tier::pattern:
            return "pattern";
        case Tier::inflected:
            return "inflected";
        case Tier::fuzzy:
            return "fuzzy";
        case Tier::semantic:
            return "semantic";
    }
    return "";
}

std::optional<Tier> find_tier(std::string_view name) noexcept {
    for (const Tier tier : k_all_tiers) {
        if (tier_name(tier) == name) return tier;
    }
    return std::nullopt;
}

}  // namespace earshot::detect
