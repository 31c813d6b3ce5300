#pragma once

#include <cstddef>
#include <functional>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace earshot::base {

/// Values in a row, each with a key of its own: found, added and removed in constant time, gone through as fast as a
/// vector. Removing one puts the last in its place. `key_of` is the member of Value that holds its key, which must not
/// change.
///
///     KeyedList<Subscriber, &Subscriber::socket> subscribers;
template <typename Value, auto key_of>
class KeyedList {
public:
    using Key = std::remove_cvref_t<std::invoke_result_t<decltype(key_of), const Value&>>;

    /// False, and nothing is added, if there is one of this key.
    bool add(Value value) {
        if (!places_.try_emplace(std::invoke(key_of, value), values_.size()).second) return false;
        values_.push_back(std::move(value));
        return true;
    }

    /// False if there is none.
    bool remove(const Key& key) {
        const auto entry = places_.find(key);
        if (entry == places_.end()) return false;
        const std::size_t place = entry->second;
        places_.erase(entry);
        if (place + 1 < values_.size()) {
            values_[place] = std::move(values_.back());
            places_[std::invoke(key_of, values_[place])] = place;
        }
        values_.pop_back();
        return true;
    }

    /// Null if there is none. Valid until the next change of the list.
    const Value* find(const Key& key) const {
        const auto entry = places_.find(key);
        return entry == places_.end() ? nullptr : &values_[entry->second];
    }

    const std::vector<Value>& values() const noexcept { return values_; }
    std::size_t size() const noexcept { return values_.size(); }

private:
    std::vector<Value> values_;
    std::unordered_map<Key, std::size_t> places_;
};

}  // namespace earshot::base
