#pragma once

#include "earshot/semantic/fitted_list.hpp"

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

namespace earshot::meaning {

/// Fitted lists by their keys, those used last, within a bound of bytes. One thread.
class KeptLists {
public:
    using Fitted = std::shared_ptr<const semantic::FittedList>;

    explicit KeptLists(std::size_t at_most_bytes) : at_most_bytes_(at_most_bytes) {}

    /// Null: it is not kept.
    Fitted find(const std::string& key) {
        const auto found = places_.find(key);
        if (found == places_.end()) return nullptr;
        order_.splice(order_.begin(), order_, found->second);
        return found->second->second;
    }

    void keep(const std::string& key, Fitted fitted) {
        if (places_.contains(key)) return;
        bytes_ += fitted->memory_bytes();
        order_.emplace_front(key, std::move(fitted));
        places_.emplace(key, order_.begin());
        while (bytes_ > at_most_bytes_ && !order_.empty()) {
            bytes_ -= order_.back().second->memory_bytes();
            places_.erase(order_.back().first);
            order_.pop_back();
        }
    }

    std::size_t size() const noexcept { return order_.size(); }

private:
    std::size_t at_most_bytes_;
    std::size_t bytes_ = 0;
    std::list<std::pair<std::string, Fitted>> order_;  // the last used first
    std::unordered_map<std::string, std::list<std::pair<std::string, Fitted>>::iterator> places_;
};

}  // namespace earshot::meaning
