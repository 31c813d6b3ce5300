#include "tracker_ids.hpp"

#include "earshot/base/hash.hpp"

#include <cmath>
#include <cstring>

namespace earshot::session {
namespace {

class DefinitionHash {
public:
    void add(std::uint64_t number) { hash_ = base::mix(hash_, number); }
    void add(const std::string& text) { add(base::hash_bytes(text)); }
    void add(double number) {
        std::uint64_t bits;
        std::memcpy(&bits, &number, sizeof bits);
        add(bits);
    }
    void add(const std::vector<std::string>& list) {
        add(list.size());
        for (const std::string& text : list) add(text);
    }
    std::uint64_t value() const { return hash_; }

private:
    std::uint64_t hash_ = 0;
};

}  // namespace

std::string ad_hoc_id(const detect::TrackerDefinition& tracker) {
    DefinitionHash hash;
    hash.add(tracker.name);
    hash.add(tracker.vocabulary);
    hash.add(tracker.exclude_vocabulary);
    hash.add(tracker.patterns);
    hash.add(tracker.languages);
    hash.add(tracker.speakers);
    hash.add(tracker.threshold.value_or(-1));
    hash.add(tracker.cooldown_seconds);
    for (const detect::Tier tier : detect::k_all_tiers) {
        hash.add(static_cast<std::uint64_t>(tracker.tiers ? 1 + tracker.tiers->has(tier) : 0));
    }
    constexpr std::uint64_t k_least = 1'000'000'000'000'000;
    return std::to_string(k_least + hash.value() % (9 * k_least));
}

}  // namespace earshot::session
