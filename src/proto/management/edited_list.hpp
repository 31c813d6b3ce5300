#pragma once

#include "management/tracker_members.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace earshot::proto {

/// A list of a tracker while it is changed: knows where each entry is, and drops removed ones at the end. Any number of
/// changes takes time in proportion to the entries that they and the list hold.
class EditedList {
public:
    /// Empties `list`, which outlives this, until write_back().
    EditedList(std::vector<std::string>& list, EntryKind kind) : list_(list), kind_(kind) {
        for (std::string& entry : list) add(std::move(entry));
    }

    /// False: it is there already.
    bool add(std::string entry) {
        if (!places_.try_emplace(std::string(identity_of(entry, kind_)), entries_.size()).second) return false;
        entries_.push_back(std::move(entry));
        return true;
    }

    /// False: it is not there.
    bool remove(const std::string& entry) {
        const auto place = places_.find(std::string(identity_of(entry, kind_)));
        if (place == places_.end()) return false;
        entries_[place->second].reset();
        places_.erase(place);
        return true;
    }

    /// A table that is only emptied keeps its buckets, and emptying it again would go through all of them.
    void clear() {
        if (entries_.empty()) return;
        entries_.clear();
        Places().swap(places_);
    }

    void write_back() {
        list_.clear();
        for (std::optional<std::string>& entry : entries_) {
            if (entry) list_.push_back(std::move(*entry));
        }
    }

    /// What clear() may have to go through, for tests.
    std::size_t buckets() const noexcept { return places_.bucket_count(); }

private:
    using Places = std::unordered_map<std::string, std::size_t>;

    std::vector<std::string>& list_;
    const EntryKind kind_;
    std::vector<std::optional<std::string>> entries_;
    Places places_;
};

}  // namespace earshot::proto
