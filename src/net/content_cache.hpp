#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>

namespace earshot::net {

/// Finds what was made of an equal definition and is still in use; it keeps nothing alive. `Value` gives its
/// `definition()`. Entries of what is gone are purged when their number has doubled. Needs a lock around it.
template <typename Definition, typename Value>
class ContentCache {
public:
    /// What `definition`, which has this hash, was made into; null if it is not there.
    std::shared_ptr<const Value> find(std::uint64_t hash, const Definition& definition) const {
        const auto [begin, end] = entries_.equal_range(hash);
        for (auto entry = begin; entry != end; ++entry) {
            auto value = entry->second.lock();
            if (value && value->definition() == definition) return value;
        }
        return nullptr;
    }

    /// Keeps `value` findable. If an equal one came first, that one is returned to be used in its place.
    std::shared_ptr<const Value> insert(std::uint64_t hash, std::shared_ptr<const Value> value) {
        if (auto earlier = find(hash, value->definition())) return earlier;
        if (entries_.size() >= purge_at_) purge();
        entries_.emplace(hash, value);
        return value;
    }

    /// How many entries are in use.
    std::size_t size() const {
        return static_cast<std::size_t>(
            std::count_if(entries_.begin(), entries_.end(), [](const auto& entry) { return !entry.second.expired(); }));
    }

    std::size_t entries() const noexcept { return entries_.size(); }

private:
    void purge() {
        std::erase_if(entries_, [](const auto& entry) { return entry.second.expired(); });
        purge_at_ = std::max(k_least_purge, 2 * entries_.size());
    }

    static constexpr std::size_t k_least_purge = 64;
    std::unordered_multimap<std::uint64_t, std::weak_ptr<const Value>> entries_;
    std::size_t purge_at_ = k_least_purge;
};

}  // namespace earshot::net
