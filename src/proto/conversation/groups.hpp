#pragma once

#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace earshot::proto {

/// What has the same `key`, in the order in which the first of each came. Keys are views into what outlives this.
template <typename Group>
class Groups {
public:
    /// The group of that key, perhaps a new one. Valid until the next call.
    Group& operator[](std::string_view key) {
        const auto [place, is_new] = places_.try_emplace(key, groups_.size());
        if (is_new) groups_.emplace_back().key = key;
        return groups_[place->second];
    }

    auto begin() const noexcept { return groups_.begin(); }
    auto end() const noexcept { return groups_.end(); }

private:
    std::unordered_map<std::string_view, std::size_t> places_;
    std::vector<Group> groups_;
};

}  // namespace earshot::proto
